/**
 * From an order to a position: interpolation in the rank map of the last pulse (Q20).
 * No dependency and no Node API, so that server, CDN and browser run the same code.
 */

/** Orders at chosen ranks, both ascending; rank 0 is the next to be called. */
export interface RankMap {
  readonly ranks: readonly number[];
  readonly orders: readonly number[];
  /** Tickets in the queue when the map was read. */
  readonly total: number;
}

/**
 * How many tickets of the map stand before `order`: exact for an order the map holds, linear in between.
 * 0 for an order at or before the first; never more than `total`.
 */
export function rankOf(order: number, map: RankMap): number {
  const { ranks, orders, total } = map;
  const last = orders.length - 1;
  if (last < 0 || order <= (orders[0] as number)) return 0;
  if (order > (orders[last] as number)) return total;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((orders[middle] as number) <= order) low = middle;
    else high = middle;
  }
  if (order === orders[high]) return ranks[high] as number;
  const share = (order - (orders[low] as number)) / ((orders[high] as number) - (orders[low] as number));
  const rankLow = ranks[low] as number;
  return Math.round(rankLow + share * ((ranks[high] as number) - rankLow));
}

/** The part of a map that lies beyond `frontier`, its ranks counted from there. */
export function beyond(map: RankMap, frontier: number): RankMap {
  const gone = rankOf(frontier + 1, map);
  const ranks: number[] = [];
  const orders: number[] = [];
  map.orders.forEach((order, index) => {
    if (order <= frontier) return;
    ranks.push(Math.max(0, (map.ranks[index] as number) - gone));
    orders.push(order);
  });
  return { ranks, orders, total: Math.max(0, map.total - gone) };
}
