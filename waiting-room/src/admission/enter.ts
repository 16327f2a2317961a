/** Asks for a way in (Q17, Q18, Q31): check-in, and, when there is budget, the signed token. */

import { checkReturnAddress } from '../domain/return-address.ts';
import type { CheckInOutcome, DropView, Queue } from '../queue/queue.ts';
import type { HeldTicket } from './tickets.ts';
import type { SignToken } from './tokens.ts';

export type Entry =
  | { readonly status: 'granted'; readonly token: string; readonly expiresAtMs: number }
  | Exclude<CheckInOutcome, { status: 'granted' }>;

/** The same grant gives the same token, however often and wherever it is asked for. */
export async function enter(
  { queue, signToken }: { readonly queue: Queue; readonly signToken: SignToken },
  drop: string,
  { number, customer }: HeldTicket,
  bind: string,
): Promise<Entry> {
  const outcome = await queue.checkIn(drop, { number, bind });
  if (outcome.status !== 'granted') return outcome;
  const { iat, exp, bind: boundTo } = outcome.grant;
  const token = await signToken({ drop, number, iat, exp, bind: boundTo, customer });
  return { status: 'granted', token, expiresAtMs: exp * 1000 };
}

export type ReturnChoice =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: string };

/** Where an entered shopper goes: the wanted address if the drop allows it, the drop's default if none was named. */
export function chooseReturn(page: DropView['page'], wanted: string | undefined): ReturnChoice {
  const address = wanted ?? page.defaultReturnTo;
  if (address === null)
    return { ok: false, reason: 'must be given: this drop has no default return address' };
  return checkReturnAddress(address, page.returnOrigins);
}
