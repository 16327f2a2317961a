/**
 * Keeps the answer to a reservation back for as long as another instance may still say "sold out" from memory about the
 * same goods. Whoever was answered and repeats the request anywhere then gets the same answer (promise 6, ADR 0040).
 *
 * What another instance remembers it learned from a statement sent before the goods came back, and it believes that for
 * `believedMs` from the sending. This instance has seen the return committed, so that many milliseconds from its first
 * sight of it nobody believes it any more. No clock is compared with another.
 */
import type { Line } from '../domain/lines.ts';

export interface ReturnFence {
  /** So often something came back to these SKUs, says a statement that was answered just now. */
  note(drop: string, returns: ReadonlyMap<string, number>): void;
  /** How long an answer about these lines is to be kept back, in milliseconds; 0 where nothing came back lately. */
  pauseMs(drop: string, lines: readonly Line[]): number;
}

export function createReturnFence(
  believedMs: number,
  now: () => number = () => performance.now(),
): ReturnFence {
  const seenBy = new Map<string, Map<string, { returns: number; at: number }>>();
  return {
    note(drop, returns) {
      for (const [sku, count] of returns) {
        if (count === 0) continue;
        let seen = seenBy.get(drop);
        if (seen === undefined) {
          seen = new Map();
          seenBy.set(drop, seen);
        }
        if (seen.get(sku)?.returns !== count) seen.set(sku, { returns: count, at: now() });
      }
    },
    pauseMs(drop, lines) {
      const seen = seenBy.get(drop);
      if (seen === undefined) return 0;
      const from = now() - believedMs;
      return lines.reduce((most, { sku }) => Math.max(most, (seen.get(sku)?.at ?? from) - from), 0);
    },
  };
}
