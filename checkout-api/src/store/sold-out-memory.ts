/**
 * Remembers for a moment how little was left of SKUs that did not suffice. It only ever refuses, never sells: at worst
 * a unit that came back is seen a moment later. One request at a time looks again while the memory still answers the
 * others, so that a crowd never falls on Postgres at the moment the memory ends.
 *
 * The moment is short because others wait it out: an answer about goods that came back is kept back until no instance
 * remembers that they were gone (return-fence.ts).
 */
import type { Line } from '../domain/lines.ts';

/** After this long one request goes and looks: ten statements a second and instance, whatever the crowd. */
export const freshMs = 100;
/**
 * After this long nobody believes it any more, counted from the sending of the statement it was learned from. Twice the
 * look, so that a look may take a while. Promised: a wrong "sold out" lasts at most 2 s after stock returns.
 */
export const believedMs = 200;
/** Only less than this is remembered: what comes back where more is left needs no fence (migration 000030). */
const rememberedBelow = 10;

interface Belief {
  left: number;
  lookFrom: number;
  until: number;
}

export interface SoldOutMemory {
  /** How often stock came back so far. What is learned from a statement counts only if none did since it was sent. */
  returns(drop: string): number;
  /** So much was left by a statement that was sent at `sentAt`, when `returns` was that. */
  remember(drop: string, sku: string, left: number, returns: number, sentAt: number): void;
  /** The clock of `sentAt`, in milliseconds. */
  now(): number;
  /** True: at least one line is more than is left. The one whose turn it is to look again is told false. */
  isGone(drop: string, lines: readonly Line[]): boolean;
  /** Stock of this drop came back. */
  forget(drop: string): void;
}

export function createSoldOutMemory(now: () => number = () => performance.now()): SoldOutMemory {
  const byDrop = new Map<string, Map<string, Belief>>();
  const returnsOf = new Map<string, number>();
  return {
    returns: (drop) => returnsOf.get(drop) ?? 0,
    remember(drop, sku, left, returns, sentAt) {
      if (left >= rememberedBelow || returns !== (returnsOf.get(drop) ?? 0)) return;
      const beliefs = byDrop.get(drop) ?? new Map<string, Belief>();
      beliefs.set(sku, { left, lookFrom: sentAt + freshMs, until: sentAt + believedMs });
      byDrop.set(drop, beliefs);
    },
    now,
    isGone(drop, lines) {
      const beliefs = byDrop.get(drop);
      if (beliefs === undefined) return false;
      for (const { sku, quantity } of lines) {
        const belief = beliefs.get(sku);
        if (belief === undefined || quantity <= belief.left) continue;
        const at = now();
        if (at >= belief.until) {
          beliefs.delete(sku);
          continue;
        }
        if (at < belief.lookFrom) return true;
        // This one looks; the next one if no answer has come when the memory ends.
        belief.lookFrom = belief.until;
        return false;
      }
      return false;
    },
    forget(drop) {
      byDrop.delete(drop);
      returnsOf.set(drop, (returnsOf.get(drop) ?? 0) + 1);
    },
  };
}
