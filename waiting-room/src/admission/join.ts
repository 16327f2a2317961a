/** Takes a shopper into the queue of a drop: one place, one signed ticket. */
import type { JoinAnswer } from '../contract/tickets.ts';
import { placeReference } from '../domain/place-reference.ts';
import { EVERYONE, type JoinOutcome, type Queue } from '../queue/queue.ts';
import type { HeldTicket, Tickets } from './tickets.ts';

/** Every outcome of the queue but those that end in a ticket. */
export type JoinRefusal =
  | Extract<JoinOutcome, { retryAfterMs: number } | { opensInMs: number }>
  | { readonly status: 'draining' | 'sold-out' | 'closed' | 'no-such-drop' };

export type Joined = { readonly status: 'joined'; readonly answer: JoinAnswer } | JoinRefusal;

export interface Joining {
  readonly queue: Queue;
  readonly tickets: Tickets;
}

/**
 * A new place, or, for a repeated nonce, the same one again.
 * @param addressKey the client address as a limit key
 * @throws 503 `store-unavailable`
 */
export async function join(
  { queue, tickets }: Joining,
  drop: string,
  addressKey: string,
  nonce: string | null,
): Promise<Joined> {
  const { id, number } = tickets.newPlace(drop, nonce);
  const outcome = await queue.join(drop, {
    id,
    number,
    class: EVERYONE,
    repeatable: nonce !== null,
    addressDigest: tickets.addressDigest(drop, addressKey),
  });
  // The nonce's own ticket has been used up; a shopper who joins again gets a new place.
  if (outcome.status === 'spent') return join({ queue, tickets }, drop, addressKey, null);
  if (outcome.status !== 'joined') return outcome as JoinRefusal;
  const { order, joinedUs, epoch, phase } = outcome;
  const ticket = tickets.issue({ drop, id, class: EVERYONE, joinedUs, order, epoch });
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
