/**
 * Takes tickets, and the tokens made of them, back for good: the checkout ends their sessions and gives back what they
 * hold, tells the room, and the room tells every verifier. The asking and its outcome are audited.
 */
import { problem } from '@sluice/service-kit';
import { CheckoutFault } from '../clients/checkout-http.ts';
import type { Who } from '../store/audit.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';
import { requireCheckout } from './require-checkout.ts';

const RETRY_AFTER_SECONDS = 2;

export interface RevocationRequest extends Who {
  readonly drop: string;
  /** Public numbers: the `jti` of the tokens. */
  readonly numbers: readonly string[];
  readonly reason: string;
  readonly isConfirmed: boolean;
}

/**
 * Repeating it changes nothing, so that what was not answered may be sent again.
 * @returns how many checkout sessions that ended
 * @throws Problem `no-such-drop`, `no-checkout`, `confirmation-required`, `revocation-unavailable`
 */
export async function revokeAdmissions(plane: ControlPlane, request: RevocationRequest): Promise<number> {
  const { drop, numbers, actor, reason, isConfirmed } = request;
  if (!(await plane.drops.find(drop))) throw problem('no-such-drop', `No drop has the id "${drop}".`);
  const checkout = requireCheckout(plane);
  requireConfirmation(
    [
      numbers.length === 1
        ? 'One ticket loses its place for good: sessions end, and what they hold is for sale again.'
        : `${numbers.length} tickets lose their places for good: sessions end, and what they hold is for sale again.`,
    ],
    isConfirmed,
  );
  const record = (act: string, after: unknown) =>
    plane.audit.record({ act, drop, actor, reason, before: null, after });
  await record('ticket.revoke', { numbers });
  try {
    const ended = await checkout.revoke(drop, { jtis: numbers, reason, actor });
    if (ended === undefined)
      throw new CheckoutFault('the checkout has not been told of this drop yet', false);
    await record('ticket.revoked', { numbers, ended });
    plane.count.act('ticket.revoke');
    return ended;
  } catch (error) {
    if (!(error instanceof CheckoutFault)) throw error;
    await record('ticket.revoke-failed', { numbers, error: error.message });
    throw problem('revocation-unavailable', `${error.message}; send it again.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}
