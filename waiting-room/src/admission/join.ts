/** Takes a shopper into the queue of a drop: one place, one signed ticket. */
import type { JoinAnswer } from '../contract/tickets.ts';
import { placeReference } from '../domain/place-reference.ts';
import { type DropView, EVERYONE, type JoinOutcome, type Queue } from '../queue/queue.ts';
import { instant } from './instant.ts';
import type { Member } from './member-claims.ts';
import type { HeldTicket, PlaceOrigin, Tickets } from './tickets.ts';

/** Every outcome of the queue but those that end in a ticket. */
export type JoinRefusal =
  | Extract<JoinOutcome, { retryAfterMs: number } | { opensInMs: number }>
  | { readonly status: 'draining' | 'sold-out' | 'closed' | 'no-such-drop' };

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
}

/**
 * A new place, or, for a repeated nonce or a customer who has one, the same again.
 * @throws 503 `store-unavailable`
 */
export async function join(
  { queue, tickets }: Joining,
  drop: string,
  { addressKey, nonce, member = null }: Joiner,
): Promise<Joined> {
  const ticketClass = member?.class ?? EVERYONE;
  const customer = member?.customer ?? null;
  const take = (origin: PlaceOrigin) => {
    const place = tickets.newPlace(drop, origin);
    const addressDigest = tickets.addressDigest(drop, addressKey);
    return { place, joining: queue.join(drop, { ...place, class: ticketClass, addressDigest }) };
  };
  let { place, joining } = take({ nonce, customer: member?.customer });
  let outcome = await joining;
  if (outcome.status === 'spent') {
    // That ticket has been used up; a shopper who joins again gets a new place, at the end.
    ({ place, joining } = take({}));
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

export type HeldPlace =
  | { readonly status: 'live'; readonly answer: JoinAnswer }
  /** Used up by a purchase, in a drop that gives no second place after one. */
  | { readonly status: 'bought' }
  | { readonly status: 'none' };

/** What the ticket a caller holds is worth at a join: presenting a live one is not joining again. */
export async function heldPlace(
  { queue }: Joining,
  view: DropView,
  text: string,
  held: HeldTicket,
): Promise<HeldPlace> {
  const standing = await queue.standing(view.drop, held.number);
  if (standing.standing === 'spent') {
    const bought = standing.reason === 'paid' && !view.rejoinAfterPurchase;
    return { status: bought ? 'bought' : 'none' };
  }
  if (standing.standing === 'unknown') return { status: 'none' };
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
