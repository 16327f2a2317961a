/** What is about to come: entries a second over the next minutes, from the plan. Autoscaling reads it before the opening. */

export interface Plan {
  readonly phase: string;
  readonly opensUs: number;
  readonly closesUs: number;
  readonly ratePerMinute: number;
}

/** How far ahead scaling has to know: new replicas need two to four minutes. */
const AHEAD_SECONDS = 300;

/**
 * Mean planned entries a second from `nowMs` over the next five minutes: the rate, for the share of them in which the drop is
 * open. A paused drop counts as open, since it may be resumed at any moment.
 */
export function expectedEntriesPerSecond(
  { phase, opensUs, closesUs, ratePerMinute }: Plan,
  nowMs: number,
): number {
  if (phase === 'closed' || phase === 'sold_out') return 0;
  const from = Math.max(nowMs, opensUs / 1000);
  const until = Math.min(nowMs + AHEAD_SECONDS * 1000, closesUs > 0 ? closesUs / 1000 : Infinity);
  const share = Math.max(0, until - from) / (AHEAD_SECONDS * 1000);
  return (ratePerMinute / 60) * share;
}
