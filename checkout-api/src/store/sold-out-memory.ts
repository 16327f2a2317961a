/**
 * Remembers for a moment which SKUs had nothing left. It only ever refuses, never sells: at worst a unit that came
 * back is seen a second later.
 */

/** How long "nothing left" is believed. Promised: a wrong "sold out" lasts at most two seconds after stock returns. */
const believedMs = 1000;

export interface SoldOutMemory {
  remember(drop: string, sku: string): void;
  has(drop: string, sku: string): boolean;
  /** Stock of this drop came back. */
  forget(drop: string): void;
}

export function createSoldOutMemory(now: () => number = () => performance.now()): SoldOutMemory {
  const byDrop = new Map<string, Map<string, number>>();
  return {
    remember(drop, sku) {
      const skus = byDrop.get(drop) ?? new Map<string, number>();
      skus.set(sku, now() + believedMs);
      byDrop.set(drop, skus);
    },
    has(drop, sku) {
      const until = byDrop.get(drop)?.get(sku);
      return until !== undefined && now() < until;
    },
    forget(drop) {
      byDrop.delete(drop);
    },
  };
}
