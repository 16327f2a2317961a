/** What shoppers are told while they wait, against what came: places against true ranks, ranges of the wait against the entry. */
import type { Redis } from 'ioredis';
import { beyond, type RankMap, rankOf } from '../../src/domain/positions.ts';
import { type Flow, waitRange } from '../../src/domain/wait.ts';

export interface Place {
  readonly number: string;
  readonly order: number;
}

interface Told {
  readonly atUs: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

export class ToldShoppers {
  readonly #sample: readonly Place[];
  readonly #told = new Map<string, Told[]>();
  #placeErrorOfLine = 0;
  #inRange = 0;
  #tooLong = 0;
  #answered = 0;

  constructor(sample: readonly Place[]) {
    this.#sample = sample;
  }

  /** Tells everybody in the sample who still waits. @param called tickets at or before the frontier that are still in the line */
  async tell(
    redis: Redis,
    line: string,
    map: RankMap,
    frontier: number,
    flow: Flow,
    atUs: number,
  ): Promise<void> {
    const ahead = beyond(map, frontier);
    const waiting = this.#sample.filter(({ order }) => order > frontier);
    const called = await redis.zcount(line, '-inf', frontier);
    const pipeline = redis.pipeline();
    for (const { number } of waiting) pipeline.zrank(line, number);
    const ranks = ((await pipeline.exec()) ?? []).map(([, rank]) => rank as number | null);
    waiting.forEach(({ number, order }, index) => {
      const rank = ranks[index];
      if (rank === null || rank === undefined) return;
      const place = rankOf(order, ahead);
      this.#placeErrorOfLine = Math.max(
        this.#placeErrorOfLine,
        Math.abs(place - (rank - called)) / map.total,
      );
      const range = waitRange(place, flow);
      if (range) this.#told.set(number, [...(this.#told.get(number) ?? []), { atUs, ...range }]);
    });
  }

  /** One of them may have entered. */
  entered(number: string, us: number): void {
    for (const { atUs, minSeconds, maxSeconds } of this.#told.get(number) ?? []) {
      const waited = (us - atUs) / 1_000_000;
      this.#answered++;
      if (waited >= minSeconds && waited <= maxSeconds) this.#inRange++;
      if (waited > maxSeconds) this.#tooLong++;
    }
    this.#told.delete(number);
  }

  summary() {
    return {
      placeErrorOfLine: Number(this.#placeErrorOfLine.toPrecision(3)),
      rangesTold: this.#answered,
      rangesKeptShare: share(this.#inRange, this.#answered),
      longerThanToldShare: share(this.#tooLong, this.#answered),
    };
  }
}

function share(count: number, of: number): number | null {
  return of === 0 ? null : Number((count / of).toPrecision(3));
}
