/** Reads the rank map of a drop in slices, so that no call holds Redis up for long (Q5, Q20). */
import type { RankMap } from '../domain/positions.ts';
import { rankPoints } from '../domain/rank-points.ts';
import type { Commands } from './commands.ts';

/** Points of one slice: about 4 ms of Redis at a million waiting. */
const SLICE = 125;

/**
 * The map of those not called yet.
 * @param reach tickets that may be called before they ask again: the last of them is in the map, so that its order is known
 */
export async function readRankMap(commands: Commands, drop: string, reach: number): Promise<RankMap> {
  const [frontier, beyond, drawn] = await commands.read('rank-map', drop, ['']);
  const total = Number(beyond);
  const points = rankPoints(total, [Number(drawn) - 1, Number(drawn), reach - 1]);
  const ranks: number[] = [];
  const orders: number[] = [];
  for (let from = 0; from < points.length; from += SLICE) {
    const slice = points.slice(from, from + SLICE);
    const [, , , ...found] = await commands.read('rank-map', drop, [String(frontier), ...slice]);
    found.forEach((text, index) => {
      const order = Number(text);
      // Somebody may have left between two slices; a map that is not ascending could not be searched.
      if (order < (orders.at(-1) ?? 0)) return;
      ranks.push(slice[index] as number);
      orders.push(order);
    });
  }
  return { ranks, orders, total };
}
