/** What the one who presents an admission is told: the session with its credential, or why there is none. */
import { problem } from '@sluice/service-kit';
import { keepSession } from '../admission/session-cookie.ts';
import type { OpenAnswer } from '../store/sessions.ts';

export interface SessionAnswer {
  readonly status: 200 | 201;
  /** The Set-Cookie header. */
  readonly cookie: string;
  readonly body: {
    readonly sessionId: string;
    readonly drop: string;
    readonly customer?: string;
    readonly token: string;
    readonly expiresAt: string;
  };
}

/** @throws Problem where no session was opened */
export function sessionAnswer(opened: OpenAnswer, isSecure: boolean): SessionAnswer {
  if (opened.verdict === 'revoked') throw problem('admission-refused', undefined, { reason: 'revoked' });
  if (!('session' in opened)) throw problem(opened.verdict);
  const { session, credential } = opened;
  const { sessionId, drop, customer, reserveUntil } = session;
  return {
    status: opened.verdict === 'opened' ? 201 : 200,
    cookie: keepSession(drop, credential, isSecure),
    body: {
      sessionId,
      drop,
      token: credential,
      expiresAt: reserveUntil.toISOString(),
      // Last, as the router writes what may be missing.
      ...(customer === null ? {} : { customer }),
    },
  };
}
