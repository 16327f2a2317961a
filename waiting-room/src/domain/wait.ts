/** How long the wait is told to be, and how often to ask: pure functions of what the pulse says. */

export interface WaitRange {
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

export interface Flow {
  readonly ratePerMinute: number;
  /** Entries a minute as measured; 0 while nothing is known. */
  readonly outflowPerMinute: number;
  /** Share of called shoppers who come, 0 to 1. */
  readonly showRate: number;
}

/**
 * A range, never a promise: those ahead at the pace of the last half minute and at the planned rate, whichever is
 * slower and quicker, a tenth to either side. Of those ahead only the share that comes takes a place. Null while nothing moves.
 */
export function waitRange(ahead: number, flow: Flow): WaitRange | null {
  const paces = [flow.ratePerMinute, flow.outflowPerMinute].filter((pace) => pace > 0);
  if (paces.length === 0) return null;
  const quickest = (ahead * flow.showRate * 60) / Math.max(...paces);
  const slowest = (ahead * 60) / Math.min(...paces);
  return { minSeconds: Math.floor(quickest * 0.9), maxSeconds: Math.ceil(slowest * 1.1) + 5 };
}

/** Bounds of what a waiting page is told, ms: quick enough near the front, cheap far back. */
export const POLL_AFTER_MS_MIN = 2000;
export const POLL_AFTER_MS_MAX = 30_000;

/** Longest sleep of those who may be called meanwhile: entry waits a little longer than that for all of them (lua/lib/grant.lua). */
export const CALLABLE_POLL_MS_MAX = 5000;

/**
 * When to ask again: a tenth of the shortest wait, and never more than a third of call window + grace (Q23).
 * @param turnMs call window plus grace in ms
 * @param callable whether the call may come before the next time they ask
 */
export function pollAfterMs(wait: WaitRange | null, turnMs: number, callable: boolean): number {
  const wanted = wait === null ? POLL_AFTER_MS_MAX : wait.minSeconds * 100;
  const longest = callable ? CALLABLE_POLL_MS_MAX : POLL_AFTER_MS_MAX;
  return Math.floor(Math.max(POLL_AFTER_MS_MIN, Math.min(wanted, longest, turnMs / 3)));
}
