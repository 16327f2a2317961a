/** How long shoppers waited for their entry: from the opening, or from their arrival when that was later. */
import { DRAWN_ORDER_END, type LogLine } from './log-line.ts';

export interface Waits {
  readonly waitMsP50: number;
  readonly waitMsP95: number;
}

/** Both 0 when nobody entered. An arrival's order is the time it came, in µs. */
export function measureWaits(log: readonly LogLine[]): Waits {
  const openedUs = log.find((line) => line.kind === 'open')?.us ?? 0;
  const waitsMs = log
    .flatMap((line) => {
      if (line.kind !== 'grant') return [];
      const sinceUs = line.order < DRAWN_ORDER_END ? openedUs : Math.max(openedUs, line.order);
      return [(line.us - sinceUs) / 1000];
    })
    .sort((a, b) => a - b);
  return { waitMsP50: percentile(waitsMs, 0.5), waitMsP95: percentile(waitsMs, 0.95) };
}

/** Nearest rank. */
function percentile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
}
