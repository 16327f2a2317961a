/**
 * Who may take a place in a rehearsal: whoever brings a pass that the control plane signed for it (ADR 0117), the simulated
 * crowd too. Of drops that are no rehearsal nobody is asked for one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { problem } from '@sluice/service-kit';
import { createSignedReader } from '../admission/signed-links.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import { createTicketCookie } from './ticket-cookie.ts';

const HEADER = 'sluice-pass';

export interface StaffPasses {
  /** @throws 403 `pass-refused` when a place in a rehearsal is asked for without a good pass */
  require(headers: IncomingHttpHeaders, drop: string): void;
  /**
   * Set-Cookie by which a browser keeps the pass of its link.
   * @throws 403 `pass-refused`
   */
  keep(drop: string, pass: string): string;
}

/** @param publicUrl decides by its scheme whether the cookie is bound to https */
export function createStaffPasses(serviceToken: string, publicUrl: URL): StaffPasses {
  const read = createSignedReader(serviceToken, { kind: 'sluice staff pass', called: 'staff pass' });
  const cookie = createTicketCookie(publicUrl, 'wr_pass_');

  function check(drop: string, pass: string): void {
    const verdict = read(pass, drop, Date.now());
    if (!verdict.ok) throw problem('pass-refused', `The staff pass ${verdict.reason}.`);
  }

  return {
    require(headers, drop) {
      if (!isRehearsal(drop)) return;
      const header = headers[HEADER];
      const pass = typeof header === 'string' ? header : cookie.read(headers.cookie, drop);
      if (pass === undefined)
        throw problem(
          'pass-refused',
          `A rehearsal is for staff: open the link of a pass, or send it as ${HEADER}.`,
        );
      check(drop, pass);
    },
    keep(drop, pass) {
      check(drop, pass);
      return cookie.keep(drop, pass);
    },
  };
}
