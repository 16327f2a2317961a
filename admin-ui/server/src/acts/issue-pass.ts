/**
 * Hands out a staff pass: the link by which somebody walks the whole way of a rehearsal, from the line to a paid order in the
 * sandbox (ADR 0117). It is good until the rehearsal ends.
 */
import { createHash, randomBytes } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import { makeCode } from '../domain/access-codes.ts';
import { REHEARSAL_CODES } from '../domain/rehearsal.ts';
import type { Who } from '../store/audit.ts';
import type { ControlPlane } from './control-plane.ts';

/** Of a rehearsal's copy. */
export interface StaffPass {
  readonly drop: string;
  readonly expiresAt: Date;
}

/**
 * The page is bound to a secret as a shop's connector would bind it, so that the token can be used without the shop.
 * @param drop the copy, or the drop it is a copy of
 * @throws Problem `no-such-rehearsal` when none is running
 */
export async function issuePass(plane: ControlPlane, drop: string, { actor, reason }: Who) {
  const running = (await plane.rehearsals.listOf(drop)).find(({ endedAt }) => endedAt === null);
  if (!running || running.stopWantedBy !== null)
    throw problem(
      'no-such-rehearsal',
      `No rehearsal of "${drop}" is running: start one, of no shoppers if need be.`,
    );
  const { id, source, endsAt } = running;
  const copy = await plane.drops.find(id);
  const expiresAt = endsAt.toISOString();
  const after = { rehearsal: id, expiresAt };
  await plane.audit.record({ act: 'pass.issue', drop: source, actor, reason, before: null, after });
  plane.count.act('pass.issue');
  const pass = plane.signPass({ drop: id, expiresAt: endsAt });
  const secret = randomBytes(32).toString('base64url');
  const bind = createHash('sha256').update(secret).digest('base64url');
  const path = `/w/${id}?pass=${pass}&bind=${bind}`;
  const { roomOrigin } = plane.previews;
  const codeOf = (batch: number) =>
    copy?.codeBatches.some(({ number }) => number === batch) ? makeCode(plane.codeKeyOf(id), batch, 0) : null;
  return {
    ...{ drop: id, path, url: roomOrigin && `${roomOrigin}${path}`, pass, secret, expiresAt },
    shopUrl: shopLink(copy?.page.defaultReturnTo ?? null, id, pass),
    codes: { access: codeOf(REHEARSAL_CODES.staff), bypass: codeOf(REHEARSAL_CODES.bypass) },
  };
}

/** By way of the shop: its connector makes the secret and sends staff on to the room (connector/src/rehearsals.ts). */
function shopLink(returnTo: string | null, copy: string, pass: string): string | null {
  if (returnTo === null || !URL.canParse(returnTo)) return null;
  const back = new URL(returnTo);
  const link = new URL('/.sluice/rehearsal', back.origin);
  for (const [name, value] of Object.entries({ drop: copy, pass, to: back.pathname + back.search }))
    link.searchParams.set(name, value);
  return link.href;
}
