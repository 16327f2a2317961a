/** Which ranks the rank map holds (Q20): the first hundred exactly, then every hundredth of the line. */

/** Q5: points of one call. */
export const RANK_POINTS_MAX = 250;

/** Ascending ranks for a line of `total` tickets; the last is `total - 1`. At most {@link RANK_POINTS_MAX}. */
export function rankPoints(total: number): number[] {
  const points: number[] = [];
  for (let rank = 0; rank <= Math.min(100, total - 1); rank++) points.push(rank);
  for (let percent = 1; percent <= 100; percent++) {
    const rank = Math.min(total - 1, Math.floor((total * percent) / 100));
    if (rank > (points.at(-1) ?? -1)) points.push(rank);
  }
  return points;
}
