/** Kendall's tau distance: how many pairs stand the other way round in `after` than in `before`. Who is in one of them only does not count. */
export function tauDistance(before: readonly string[], after: readonly string[]): number {
  const rank = new Map(before.map((name, at) => [name, at]));
  return countInversions(after.flatMap((name) => rank.get(name) ?? []));
}

/** By merge sort, so that twenty thousand take milliseconds. */
function countInversions(ranks: readonly number[]): number {
  let inversions = 0;
  function sorted(part: readonly number[]): readonly number[] {
    if (part.length < 2) return part;
    const middle = part.length >> 1;
    const left = sorted(part.slice(0, middle));
    const right = sorted(part.slice(middle));
    const merged: number[] = [];
    let at = 0;
    for (const rank of right) {
      while (at < left.length && (left[at] as number) <= rank) merged.push(left[at++] as number);
      inversions += left.length - at;
      merged.push(rank);
    }
    return [...merged, ...left.slice(at)];
  }
  sorted(ranks);
  return inversions;
}
