/** A shopper's own picture (Q15, Q20): computed without Redis beyond the frontier, by one read at or before it. */
import type { OwnStatus } from '../contract/tickets.ts';
import { hasPositions } from '../domain/phase.ts';
import { aheadOf } from '../domain/positions.ts';
import { POLL_AFTER_MS_MIN, pollAfterMs, waitRange } from '../domain/wait.ts';
import type { DropView, Queue, SpentReason } from '../queue/queue.ts';
import { instant } from './instant.ts';
import type { HeldTicket } from './tickets.ts';

export type OwnPicture =
  | { readonly is: 'status'; readonly status: OwnStatus }
  | { readonly is: 'spent'; readonly reason: SpentReason }
  | { readonly is: 'unknown' };

/** The picture as far as it needs no Redis; null where one read decides: at or before the frontier, or
 * when the place was given up. */
export function pictureBeyondFrontier(queue: Queue, view: DropView, ticket: HeldTicket): OwnPicture | null {
  if (view.phase === 'closed') return { is: 'status', status: statusOf(view, ticket, 'waiting', null) };
  if (queue.hasGone(view.drop, ticket.number)) return null;
  const order = hasPositions(view.phase)
    ? (ticket.order ?? queue.drawnOrder(view.drop, ticket.number, ticket.class))
    : null;
  // Q8: nothing that depends on an order before every order is settled.
  if (order === null) return { is: 'status', status: statusOf(view, ticket, 'lobby', null) };
  if (order <= view.frontier) return null;
  const ahead = view.rankMap && aheadOf(order, view.rankMap, view.mapAsOfMs);
  return { is: 'status', status: statusOf(view, ticket, 'waiting', ahead, { order }) };
}

/** @throws 503 `store-unavailable` when the ticket is at or before the frontier and Redis does not answer. */
export async function ownPicture(queue: Queue, view: DropView, ticket: HeldTicket): Promise<OwnPicture> {
  const beyond = pictureBeyondFrontier(queue, view, ticket);
  if (beyond !== null) return beyond;
  const standing = await queue.standing(view.drop, ticket.number, view.epoch);
  switch (standing.standing) {
    case 'waiting':
      if (!standing.called) return { is: 'status', status: statusOf(view, ticket, 'waiting', 0) };
      return { is: 'status', status: statusOf(view, ticket, 'called', 0, standing) };
    case 'checked-in':
      return { is: 'status', status: statusOf(view, ticket, 'checked_in', standing.ahead) };
    case 'entered':
      return { is: 'status', status: statusOf(view, ticket, 'entered', 0) };
    case 'spent':
      return { is: 'spent', reason: standing.reason };
    case 'unknown':
      return { is: 'unknown' };
  }
}

/** What only some states know. */
interface Known {
  readonly order?: number;
  readonly callExpiresMs?: number | null;
  readonly extensionsLeft?: number | null;
  readonly turnEndsMs?: number | null;
}

function statusOf(
  view: DropView,
  ticket: HeldTicket,
  state: OwnStatus['state'],
  ahead: number | null,
  { order, callExpiresMs = null, extensionsLeft = null, turnEndsMs = null }: Known = {},
): OwnStatus {
  const wait = ahead === null || !isMoving(view) ? null : waitRange(ahead, view);
  // Only the generation that the number was read with tells whether it may have grown (Q21).
  const generation = state === 'checked_in' ? view.gateGeneration : view.mapGeneration;
  return {
    phase: view.phase,
    state,
    position: ahead === null ? null : ahead + 1,
    ahead,
    wait,
    called: state === 'called' || state === 'checked_in' || state === 'entered',
    callExpiresAt: callExpiresMs === null ? null : new Date(callExpiresMs).toISOString(),
    extensionsLeft,
    turnEndsAt: turnEndsMs === null ? null : new Date(turnEndsMs).toISOString(),
    pollAfterMs: ownPollAfterMs(view, state, ahead, wait, order),
    order: order ?? null,
    generation: generation.count,
    generationReason: generation.reason,
    epoch: view.epoch,
    reference: ticket.reference,
    asOf: instant(view.asOfMs * 1000),
    message: view.page.message,
  };
}

function isMoving({ phase }: DropView): boolean {
  return phase === 'open' || phase === 'draining' || phase === 'healing';
}

/** In the lobby everybody is told the same (Q8); in line the shortest wait counts, under Q23's bound. */
function ownPollAfterMs(
  view: DropView,
  state: OwnStatus['state'],
  ahead: number | null,
  wait: OwnStatus['wait'],
  order: number | undefined,
): number {
  if (state === 'lobby') return view.pollAfterMs;
  if (state !== 'waiting') return POLL_AFTER_MS_MIN;
  // Just revealed: the first map of the places is out within a second, and until its announcement anybody may be called (Q23).
  if (ahead === null && view.phase !== 'closed') return POLL_AFTER_MS_MIN;
  const callable = order === undefined || order <= view.callableUntil;
  return pollAfterMs(wait, (view.callWindowUs + view.graceUs) / 1000, callable);
}
