/** Reads the rank map of a drop in slices, so that no call holds Redis up for long (Q5, Q20). */
import type { RankMap } from '../domain/positions.ts';
import { EXACT_RANKS, rankPoints } from '../domain/rank-points.ts';
import type { Commands } from './commands.ts';

/** Points of one slice: about 4 ms of Redis at a million waiting. */
const SLICE = 125;
/**
 * A line in which nobody has come, left or been called is read again so often, its front each time: who was revoked or has come back
 * meanwhile is in no count.
 */
const KEPT_MS = 5_000;

/** A map, and by what it is seen that it still holds. */
export interface RankReading {
  readonly map: RankMap;
  readonly line: string;
  readonly readAtMs: number;
}

/**
 * The map of those not called yet.
 * @param reach tickets that may be called before they ask again: the last of them is in the map, so that its order is known
 */
export async function readRankMap(commands: Commands, drop: string, reach: number): Promise<RankMap> {
  return (await readRanks(commands, drop, reach)).map;
}

/** The same for one who reads it again and again. @param last what it was before: given back while nothing has moved */
export async function readRanks(
  commands: Commands,
  drop: string,
  reach: number,
  last?: RankReading,
  nowMs = performance.now(),
): Promise<RankReading> {
  const [frontier, beyond, drawn, moves, ...front] = await commands.read('rank-map', drop, [
    '',
    ...EXACT_RANKS,
  ]);
  const line = [frontier, beyond, drawn, moves, reach].join(' ');
  const isKept = last?.line === line && nowMs - last.readAtMs < KEPT_MS;
  if (isKept && front.every((order, rank) => Number(order) === last.map.orders[rank])) return last;
  const total = Number(beyond);
  const points = rankPoints(total, [Number(drawn) - 1, Number(drawn), reach - 1]);
  const orders = front.map(Number);
  const ranks = points.slice(0, orders.length);
  for (let from = orders.length; from < points.length; from += SLICE) {
    const slice = points.slice(from, from + SLICE);
    const [, , , , ...found] = await commands.read('rank-map', drop, [String(frontier), ...slice]);
    found.forEach((text, index) => {
      const order = Number(text);
      // Somebody may have left between two slices; a map that is not ascending could not be searched.
      if (order < (orders.at(-1) ?? 0)) return;
      ranks.push(slice[index] as number);
      orders.push(order);
    });
  }
  return { map: { ranks, orders, total }, line, readAtMs: nowMs };
}
