/** How far the place that a shopper is told is from the true one: rank map and interpolation against ZRANK (Q20). */
import type { Redis } from 'ioredis';
import { callableReach } from '../src/domain/callable.ts';
import { rankOf } from '../src/domain/positions.ts';
import type { Commands } from '../src/queue/commands.ts';
import { dropKeys } from '../src/queue/keys.ts';
import { readRankMap } from '../src/queue/rank-map.ts';

/** Looked up in one round trip. */
const CHUNK = 1000;
/** The first hundred are told exactly. */
const EXACT = 100;

export interface PositionErrors {
  readonly sampled: number;
  /** Worst, in places. */
  readonly worst: number;
  /** Worst, as a share of the whole line. */
  readonly worstOfLine: number;
  /** Share of shoppers whose error is more than 1 % of the whole line. */
  readonly beyondOfLine: number;
  /** Worst, as a share of their own place, beyond the first hundred. */
  readonly worstOfOwn: number;
  /** Share of shoppers beyond the first hundred whose error is more than 1 % of their own place. */
  readonly beyondOfOwn: number;
  /** Shoppers among the first hundred who are not told their exact place. */
  readonly wrongInFront: number;
}

/** Nobody has been called: a place is a rank. `sample` are public numbers that wait. */
export async function measurePositions(
  redis: Redis,
  commands: Commands,
  drop: string,
  sample: readonly string[],
): Promise<PositionErrors> {
  const { waiting } = dropKeys(drop);
  const map = await readRankMap(commands, drop, callableReach({ rateAheadPerMinute: 300, showRate: 1 }));
  const front = await redis.zrange(waiting, '0', String(EXACT - 1));
  const errors = { worst: 0, beyondOfLine: 0, worstOfOwn: 0, beyondOfOwn: 0, wrongInFront: 0 };
  const numbers = [...front, ...sample];
  for (let from = 0; from < numbers.length; from += CHUNK) {
    const chunk = numbers.slice(from, from + CHUNK);
    const pipeline = redis.pipeline();
    for (const number of chunk) pipeline.zrank(waiting, number).zscore(waiting, number);
    const replies = ((await pipeline.exec()) ?? []).map(([, value]) => Number(value));
    chunk.forEach((_, index) => {
      const [rank, order] = replies.slice(2 * index) as [number, number];
      const error = Math.abs(rankOf(order, map) - rank);
      errors.worst = Math.max(errors.worst, error);
      if (error > map.total / 100) errors.beyondOfLine++;
      if (rank < EXACT) {
        if (error > 0) errors.wrongInFront++;
        return;
      }
      errors.worstOfOwn = Math.max(errors.worstOfOwn, error / (rank + 1));
      if (error / (rank + 1) > 0.01) errors.beyondOfOwn++;
    });
  }
  const share = (count: number) => Number((count / numbers.length).toPrecision(3));
  return {
    sampled: numbers.length,
    worst: errors.worst,
    worstOfLine: Number((errors.worst / map.total).toPrecision(3)),
    beyondOfLine: share(errors.beyondOfLine),
    worstOfOwn: Number(errors.worstOfOwn.toPrecision(3)),
    beyondOfOwn: share(errors.beyondOfOwn),
    wrongInFront: errors.wrongInFront,
  };
}
