/**
 * Which ranks the rank map holds (Q20): the first hundred exactly, then every hundredth of the line, closer together near the
 * front, where a hundredth of the line is much of one's own place, and those that somebody asks for.
 */

/** Ranks that are told exactly. */
export const EXACT_RANKS: readonly number[] = Array.from({ length: 101 }, (_, rank) => rank);

/** Points between the exact ranks and a tenth of the line, each as many times further back as the one before. */
const GROWING = 45;
/** Further back a hundredth of the line is less than a tenth of one's own place. */
const GROWING_SHARE = 0.1;

/**
 * Ascending ranks for a line of `total` tickets, at most 246 and the extra ones (Q5: 250); the last is `total - 1`.
 * @param extra such as either side of the border between drawn and arrived, a gap that no line can bridge; those outside
 *   the line are left out
 */
export function rankPoints(total: number, extra: readonly number[] = []): number[] {
  const points = new Set([...extra, ...EXACT_RANKS]);
  const [first, last] = [EXACT_RANKS.length - 1, total * GROWING_SHARE];
  for (let step = 1; step <= GROWING; step++)
    points.add(Math.floor(first * (last / first) ** (step / (GROWING + 1))));
  for (let percent = 1; percent <= 100; percent++)
    points.add(Math.min(total - 1, Math.floor((total * percent) / 100)));
  return [...points].filter((rank) => rank >= 0 && rank < total).sort((a, b) => a - b);
}
