/** Which ranks the rank map holds (Q20): the first hundred exactly, then every hundredth of the line, and the border between drawn and arrived. */

/**
 * Ascending ranks for a line of `total` tickets, at most 203 (Q5: 250); the last is `total - 1`.
 * @param drawn how many of them were drawn: the last drawn and the first arrived stand on either side of a gap that no
 *   line can bridge
 */
export function rankPoints(total: number, drawn: number): number[] {
  const points = new Set<number>();
  for (let rank = 0; rank <= Math.min(100, total - 1); rank++) points.add(rank);
  for (let percent = 1; percent <= 100; percent++)
    points.add(Math.min(total - 1, Math.floor((total * percent) / 100)));
  points.add(drawn - 1).add(drawn);
  return [...points].filter((rank) => rank >= 0 && rank < total).sort((a, b) => a - b);
}
