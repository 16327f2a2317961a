/** How often a whole line asks for its own status, at the cadence that the room's own code tells each of them. */
import type { RankMap } from '../../src/domain/positions.ts';
import { type Flow, pollAfterMs, waitRange } from '../../src/domain/wait.ts';

/** Requests a second of everybody in the map, each stretch of it told what its middle is told. */
export function statusesPerSecond(
  { ranks, orders, total }: RankMap,
  flow: Flow,
  turnMs: number,
  callableUntil: number,
): number {
  let sum = 0;
  for (let at = 0; at < ranks.length; at++) {
    const from = ranks[at] as number;
    const to = ranks[at + 1] ?? total;
    const told = waitRange((from + to) / 2, flow);
    const callable = (orders[at] as number) <= callableUntil;
    sum += ((to - from) * 1000) / pollAfterMs(told, turnMs, callable);
  }
  return sum;
}
