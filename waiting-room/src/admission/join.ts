/** Takes a shopper into the queue of a drop: one place, one signed ticket. */
import type { JoinAnswer } from '../contract/tickets.ts';
import { placeReference } from '../domain/place-reference.ts';
import { EVERYONE, type JoinOutcome, type Queue } from '../queue/queue.ts';
import type { Member } from './member-claims.ts';
import type { HeldTicket, PlaceOrigin, Tickets } from './tickets.ts';

/** Every outcome of the queue but those that end in a ticket. */
export type JoinRefusal =
  | Extract<JoinOutcome, { retryAfterMs: number } | { opensInMs: number }>
  | { readonly status: 'draining' | 'sold-out' | 'closed' | 'no-such-drop' };

export type Joined = { readonly status: 'joined'; readonly answer: JoinAnswer } | JoinRefusal;

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
    const repeatable = origin.nonce !== undefined || origin.customer !== undefined;
    const addressDigest = tickets.addressDigest(drop, addressKey);
    return { place, joining: queue.join(drop, { ...place, class: ticketClass, repeatable, addressDigest }) };
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
  const { order, drawClass, joinedUs, epoch, phase } = outcome;
  const ticket = tickets.issue({
    drop,
    id,
    class: { ...ticketClass, ...drawClass },
    joinedUs,
    order,
    epoch,
    customer,
  });
  return { status: 'joined', answer: answerOf(ticket, number, phase, order, joinedUs) };
}

/** The ticket a caller holds, if it is still live: presenting it is not joining again. */
export async function liveTicket(
  { queue }: Joining,
  drop: string,
  text: string,
  held: HeldTicket,
): Promise<JoinAnswer | null> {
  const phase = queue.view(drop)?.phase;
  const { standing } = await queue.standing(drop, held.number);
  if (phase === undefined || standing === 'spent' || standing === 'unknown') return null;
  return answerOf(text, held.number, phase, held.order, held.joinedUs);
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
    joinedAt: new Date(joinedUs / 1000).toISOString(),
  };
}
