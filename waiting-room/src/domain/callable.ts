/** Who may be called before they ask again (Q23): what the pulse announces and the ticks keep to (lua/lib/call.lua). Pure. */
import type { RankMap } from './positions.ts';

/** Longest time a shopper sleeps between two polls: what they are told at most, a tenth of spread, and the way. */
export const ANNOUNCED_FOR_MS = 36_000;

/** Budget beyond those polls that is called ahead (call.lua), and the second until the next announcement. */
const AHEAD_MS = 20_000;

/** So many may always be called, so that a rate set ten times higher finds somebody awake. They ask every 5 s. */
const REACH_MIN = 1000;

/** With the show rate halved over night, and never as low as to announce the whole line. */
const SHOW_RATE_MIN = 0.05;

/** How many tickets beyond the frontier are announced as callable. */
export function callableReach({
  rateAheadPerMinute,
  showRate,
}: {
  readonly rateAheadPerMinute: number;
  readonly showRate: number;
}): number {
  const entries = (rateAheadPerMinute / 60_000) * (ANNOUNCED_FOR_MS + AHEAD_MS);
  return Math.max(REACH_MIN, Math.ceil(entries / Math.max(SHOW_RATE_MIN, showRate / 2)));
}

/**
 * The order announced: of the last ticket within reach, or, where the whole line is, of whoever comes until the next
 * announcements count.
 */
export function callableUntil({ ranks, orders, total }: RankMap, reach: number, nowUs: number): number {
  const last = orders[ranks.findIndex((rank) => rank >= reach - 1)];
  if (total >= reach && last !== undefined) return last;
  return Math.round(nowUs + (ANNOUNCED_FOR_MS + AHEAD_MS) * 1000);
}
