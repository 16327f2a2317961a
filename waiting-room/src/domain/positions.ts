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

/**
 * How many stand before somebody: their rank, once the map was read after they came. Null until then: those who came in
 * between are not in it, and a number that is too small could only grow (Q21).
 * @param order of an arrival, the time of its join in µs; drawn ones lie below every time
 * @param asOfMs no later than the map was read, Redis time
 */
export function aheadOf(order: number, map: RankMap, asOfMs: number): number | null {
  return order > asOfMs * 1000 ? null : rankOf(order, map);
}

/** The part of a map that lies beyond `frontier`, its ranks counted from there. */
export function beyond(map: RankMap, frontier: number): RankMap {
  const next = map.orders.findIndex((order) => order > frontier);
  // The last point at or before the frontier is gone, too, whatever lies between it and the next.
  const passed = next > 0 ? (map.ranks[next - 1] as number) + 1 : 0;
  const gone = next < 0 ? map.total : Math.max(passed, rankOf(frontier + 1, map));
  const ranks: number[] = [];
  const orders: number[] = [];
  map.orders.forEach((order, index) => {
    if (order <= frontier) return;
    ranks.push(Math.max(0, (map.ranks[index] as number) - gone));
    orders.push(order);
  });
  return { ranks, orders, total: Math.max(0, map.total - gone) };
}
