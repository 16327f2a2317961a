/**
 * What limits entry right now, told from a drop's state as the room's grant decides it (waiting-room/lua/lib/grant.lua).
 * It is for showing only: nothing here is decided by it.
 */
import type { Phase } from './phase.ts';

export const ENTRY_LIMITS = [
  /** The phase lets nobody in: paused, sold out, closed, not yet open … */
  'phase',
  /** Nobody is in line. */
  'line-empty',
  /** People are in line, and nobody of those called has come forward. */
  'nobody-present',
  'capacity-silent',
  'stock',
  'sessions',
  'rate',
  /** Whoever has come forward enters with the next tick. */
  'nothing',
] as const;
export type EntryLimit = (typeof ENTRY_LIMITS)[number];

/** Times are µs of Redis's clock, 0 for never. */
export interface EntryState {
  readonly phase: Phase;
  readonly waiting: number;
  readonly present: number;
  readonly sessions: number;
  /** Entries saved up, as of the last tick. */
  readonly bucket: number;
  /** Of them, what is kept for gates that lack leases. */
  readonly leaseCredit: number;
  /** 0: none. */
  readonly maxSessions: number;
  readonly isStockBound: boolean;
  readonly overbook: number;
  readonly ignoreCapacityUntilUs: number;
  readonly healUntilUs: number;
  readonly tokenUs: number;
  readonly holdUs: number;
  readonly capacityAtUs: number;
  readonly sellable: number;
  /** Of before a loss of Redis, known to the checkout alone. */
  readonly forgotten: number;
  readonly insideWithHold: number;
}

/** Phases in which the room's grant lets anybody in. */
const ENTERING: readonly Phase[] = ['open', 'draining', 'healing', 'pass_through'];
/** Q30: a checkout that has been silent for so long may be full or down. */
export const CAPACITY_SILENT_US = 10_000_000;

export function entryLimitOf(state: EntryState, nowUs: number): EntryLimit {
  const { phase, waiting, present, bucket, leaseCredit, maxSessions } = state;
  if (!ENTERING.includes(phase)) return 'phase';
  if (present === 0) return waiting === 0 ? 'line-empty' : 'nobody-present';
  const inside = insideOf(state, nowUs);
  let [room, limit] = stockRoom(state, inside, nowUs);
  const bound = (other: number, by: EntryLimit) => {
    if (other < room) [room, limit] = [other, by];
  };
  if (phase !== 'pass_through') {
    bound(Math.floor(bucket) - Math.floor(leaseCredit), 'rate');
    if (maxSessions > 0) bound(maxSessions - inside, 'sessions');
  }
  return room >= present ? 'nothing' : limit;
}

/** Q28: after a loss those that only the checkout knows of stand beside the room's own. */
function insideOf(state: EntryState, nowUs: number): number {
  const { sessions, forgotten, healUntilUs, tokenUs, holdUs } = state;
  return nowUs < healUntilUs + tokenUs + holdUs ? sessions + forgotten : sessions;
}

function stockRoom(state: EntryState, inside: number, nowUs: number): [number, EntryLimit] {
  if (!state.isStockBound) return [Number.POSITIVE_INFINITY, 'nothing'];
  if (nowUs - state.capacityAtUs > CAPACITY_SILENT_US)
    return nowUs < state.ignoreCapacityUntilUs
      ? [Number.POSITIVE_INFINITY, 'nothing']
      : [0, 'capacity-silent'];
  const withoutHold = Math.max(0, inside - state.insideWithHold);
  return [Math.floor(state.overbook * state.sellable) - withoutHold, 'stock'];
}
