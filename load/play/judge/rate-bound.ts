/**
 * Promise 1, first half: in any window of Redis time, tokens granted ≤ integral of the rate over the window + burst.
 */

/** The windows that are looked at, in seconds; each starts at a grant, where a window is fullest. */
export const WINDOWS_SECONDS = [0.1, 1, 10, 60] as const;

/** Sums of doubles are off in the 16th digit; a whole grant too many is never this small. */
const ROUNDING = 1e-6;

export interface RateVerdict {
  /** Windows that hold more than they may, by length in seconds. */
  readonly violations: Readonly<Record<string, number>>;
  readonly total: number;
  /** The most any stretch between two grants held beyond the rate: what the burst really was. */
  readonly burstSeen: number;
}

/**
 * @param grantsUs times of the grants, Redis µs, ascending
 * @param burst tokens beyond the rate that a window may hold
 */
export function judgeRate(
  grantsUs: readonly number[],
  { ratePerMinute, burst }: { readonly ratePerMinute: number; readonly burst: number },
): RateVerdict {
  const perUs = ratePerMinute / 60_000_000;
  const violations = Object.fromEntries(
    WINDOWS_SECONDS.map((seconds) => [
      String(seconds),
      countFullWindows(grantsUs, seconds * 1_000_000, perUs * seconds * 1_000_000 + burst),
    ]),
  );
  return {
    violations,
    total: Object.values(violations).reduce((sum, count) => sum + count, 0),
    burstSeen: largestExcess(grantsUs, perUs),
  };
}

/** Windows [grant, grant + length], both ends within, that hold more than `most`. */
function countFullWindows(grantsUs: readonly number[], lengthUs: number, most: number): number {
  let count = 0;
  let end = 0;
  for (let start = 0; start < grantsUs.length; start++) {
    while (end < grantsUs.length && (grantsUs[end] as number) <= (grantsUs[start] as number) + lengthUs)
      end++;
    if (end - start > most + ROUNDING) count++;
  }
  return count;
}

/** The largest (grants in a window − rate × its length) over all windows, in one pass. */
function largestExcess(grantsUs: readonly number[], perUs: number): number {
  let largest = 0;
  let excess = 0;
  let last = grantsUs[0] ?? 0;
  for (const us of grantsUs) {
    excess = Math.max(0, excess - perUs * (us - last)) + 1;
    largest = Math.max(largest, excess);
    last = us;
  }
  return largest;
}
