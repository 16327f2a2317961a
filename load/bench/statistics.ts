/** What the phases of a bench amount to. Pure: numbers in, numbers out. */

/** Requests a second of one phase against the bare server and of the one against the service that followed it. */
export interface Pair {
  readonly baseline: number;
  readonly service: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError when there are no values */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('there is nothing to take the median of');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return { median, min: sorted[0] as number, max: sorted.at(-1) as number };
}

/**
 * The service against its baseline, pair by pair: what the machine does to both phases of a pair cancels out, what it does
 * between pairs shows as the distance of min and max.
 */
export function ratioOf(pairs: readonly Pair[]): Spread {
  return spreadOf(pairs.map(({ baseline, service }) => service / baseline));
}

/** Of several measurements (such as one per number of connections) the one with the lowest median ratio. */
export function worstOf<T extends { readonly ratio: Spread }>(measured: readonly T[]): T {
  return measured.reduce((worst, one) => (one.ratio.median < worst.ratio.median ? one : worst));
}

/** @returns `value` with `digits` significant digits, as a number */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}

/**
 * Nearest rank: the least value that at least `share` (0 to 1) of the values do not exceed.
 * @throws RangeError when there are no values
 */
export function quantileOf(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('there is nothing to take a quantile of');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}
