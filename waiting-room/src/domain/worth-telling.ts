/** When a number has changed enough to be told again: near the front every step counts, further back a hundredth (Q20). Pure. */

/** The first hundred places are exact. */
const EXACT = 100;

/** @param shown what the shopper was told last; null for nothing yet */
export function worthTelling(shown: number | null, now: number | null): boolean {
  if (shown === now) return false;
  if (shown === null || now === null) return true;
  if (now < EXACT || shown < EXACT) return true;
  return Math.abs(shown - now) >= shown / 100;
}
