/** Takes a shopper into the queue of a drop: one place, one signed ticket. */
import type { JoinAnswer } from '../contract/tickets.ts';
import { placeReference } from '../domain/place-reference.ts';
import { type DropView, EVERYONE, type JoinOutcome, type Queue, type SpentReason } from '../queue/queue.ts';
import type { Code } from './access-codes.ts';
import { instant } from './instant.ts';
import type { Member } from './member-claims.ts';
import type { HeldTicket, PlaceOrigin, Tickets } from './tickets.ts';

/** Every outcome of the queue but those that end in a ticket. */
export type JoinRefusal =
  | Extract<JoinOutcome, { retryAfterMs: number } | { opensInMs: number }>
  | {
      readonly status: 'draining' | 'sold-out' | 'closed' | 'no-such-drop' | 'code-required' | 'code-used-up';
    };

export type Joined =
  | {
      readonly status: 'joined';
      /** True when the place was there already: the same request, sent again. */
      readonly repeated: boolean;
      readonly answer: JoinAnswer;
    }
  | JoinRefusal;

export interface Joining {
  readonly queue: Queue;
  readonly tickets: Tickets;
}

export interface Joiner {
  /** The client address as a limit key. */
  readonly addressKey: string;
  readonly nonce?: string | undefined;
  /** From a verified claim; null for everyone else. */
  readonly member?: Member | null;
  /** A good access code; null for none. */
  readonly code?: Code | null;
  /** Public number of the ticket they had before, which never entered; '' for none. */
  readonly carriedFrom?: string;
}

/**
 * A new place, or, for a repeated nonce or a customer who has one, the same again.
 * @throws 503 `store-unavailable`
 */
export async function join(
  { queue, tickets }: Joining,
  drop: string,
  { addressKey, nonce, member = null, code = null, carriedFrom = '' }: Joiner,
): Promise<Joined> {
  const ticketClass = code?.class ?? member?.class ?? EVERYONE;
  const customer = member?.customer ?? null;
  const take = (origin: PlaceOrigin, carried: string) => {
    const place = tickets.newPlace(drop, origin);
    const addressDigest = tickets.addressDigest(drop, addressKey);
    const use = code && { ...code.use, carriedFrom: carried };
    return {
      place,
      joining: queue.join(drop, { ...place, class: ticketClass, addressDigest, ...(use && { code: use }) }),
    };
  };
  let { place, joining } = take({ nonce, customer: member?.customer }, carriedFrom);
  let outcome = await joining;
  if (outcome.status === 'spent') {
    // That ticket has been used up; a shopper who joins again gets a new place, at the end.
    const carried = code && (await neverEntered(queue, drop, place.number)) ? place.number : carriedFrom;
    ({ place, joining } = take({}, carried));
    outcome = await joining;
  }
  if (outcome.status !== 'joined') return outcome as JoinRefusal;
  const { id, number } = place;
  const { order, drawClass, joinedUs, epoch, phase, repeated } = outcome;
  const ticket = tickets.issue({
    drop,
    id,
    class: { ...ticketClass, ...drawClass },
    joinedUs,
    order,
    epoch,
    customer,
  });
  return { status: 'joined', repeated, answer: answerOf(ticket, number, phase, order, joinedUs) };
}

/** Whether a spent ticket never let anybody in: what its access code was used for did not happen, so the use goes on. */
async function neverEntered(queue: Queue, drop: string, number: string): Promise<boolean> {
  const standing = await queue.standing(drop, number);
  return standing.standing === 'spent' && hasNotEntered(standing.reason);
}

const hasNotEntered = (reason: SpentReason) => reason === 'left' || reason === 'missed';

export type HeldPlace =
  | { readonly status: 'live'; readonly answer: JoinAnswer }
  /** Used up by a purchase, in a drop that gives no second place after one. */
  | { readonly status: 'bought' }
  /** `carriedFrom`: its number, if it never let anybody in; else ''. */
  | { readonly status: 'none'; readonly carriedFrom: string };

/** What the ticket a caller holds is worth at a join: presenting a live one is not joining again. */
export async function heldPlace(
  { queue }: Joining,
  view: DropView,
  text: string,
  held: HeldTicket,
): Promise<HeldPlace> {
  const standing = await queue.standing(view.drop, held.number, view.epoch);
  if (standing.standing === 'spent') {
    const bought = standing.reason === 'paid' && !view.rejoinAfterPurchase;
    if (bought) return { status: 'bought' };
    return { status: 'none', carriedFrom: hasNotEntered(standing.reason) ? held.number : '' };
  }
  if (standing.standing === 'unknown') return { status: 'none', carriedFrom: '' };
  return { status: 'live', answer: answerOf(text, held.number, view.phase, held.order, held.joinedUs) };
}

function answerOf(
  ticket: string,
  publicNumber: string,
  phase: JoinAnswer['phase'],
  order: number | null,
  joinedUs: number,
): JoinAnswer {
  return {
    ticket,
    publicNumber,
    reference: placeReference(publicNumber),
    phase,
    drawn: order === null,
    joinedAt: instant(joinedUs),
  };
}
