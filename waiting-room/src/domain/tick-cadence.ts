/** When a drop needs its next tick: often while somebody could move, never while nothing can. Pure. */
import type { Phase } from './phase.ts';

export interface TickNeed {
  readonly phase: Phase;
  /** 0 until the drop has opened. */
  readonly openedUs: number;
  readonly opensUs: number;
  readonly closesUs: number;
  readonly waiting: number;
  readonly present: number;
  readonly sessions: number;
}

/** Grants of a rate of 1,000 a second come 150 at a time then; a shopper asks every second or two at most. */
export const TICK_MS = 150;

/** Only sessions may run out: a second late is early enough. */
const SESSIONS_MS = 1000;

/** While shoppers return after a loss, too: calls go on along the map from before it, and entries at the rate (Q27). */
const MOVING: ReadonlySet<Phase> = new Set<Phase>(['open', 'draining', 'pass_through', 'healing']);

/** An opening further away is looked at again with the next view; no timer needs to know it. */
const OPENING_AHEAD_MS = 5000;

/**
 * Milliseconds until the next tick, or null for none: an empty, ended or far-scheduled drop costs nothing.
 * @param nowUs Redis time
 */
export function nextTickMs(
  { phase, openedUs, opensUs, closesUs, waiting, present, sessions }: TickNeed,
  nowUs: number,
): number | null {
  if (openedUs === 0) {
    const untilOpenMs = (opensUs - nowUs) / 1000;
    const willOpen = phase !== 'closed' && (closesUs === 0 || opensUs < closesUs);
    return willOpen && untilOpenMs <= OPENING_AHEAD_MS ? Math.max(0, Math.ceil(untilOpenMs)) : null;
  }
  if (phase === 'drawing') return TICK_MS;
  if (MOVING.has(phase) && waiting + present > 0) return TICK_MS;
  return sessions > 0 ? SESSIONS_MS : null;
}
