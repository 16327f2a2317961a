/** Which ranks the rank map holds (Q20): the first hundred exactly, then every hundredth of the line, and those that somebody asks for. */

/**
 * Ascending ranks for a line of `total` tickets, at most 201 and the extra ones (Q5: 250); the last is `total - 1`.
 * @param extra such as either side of the border between drawn and arrived, a gap that no line can bridge; those outside
 *   the line are left out
 */
export function rankPoints(total: number, extra: readonly number[] = []): number[] {
  const points = new Set(extra);
  for (let rank = 0; rank <= Math.min(100, total - 1); rank++) points.add(rank);
  for (let percent = 1; percent <= 100; percent++)
    points.add(Math.min(total - 1, Math.floor((total * percent) / 100)));
  return [...points].filter((rank) => rank >= 0 && rank < total).sort((a, b) => a - b);
}
