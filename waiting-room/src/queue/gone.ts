/**
 * Who gave up or lost a place beyond the frontier: read from Redis with every view, so that an instance that answers for
 * the back of the line without asking Redis does not go on counting for somebody who left (Q15: at most 5 s late).
 */
import type { Redis } from 'ioredis';
import { dropKeys } from './keys.ts';

/** Numbers read at once. */
const PAGE = 1000;
/** Pages of one refresh: a wave of a hundred thousand leavers is caught up with within five seconds. */
const PAGES_MAX = 10;
/** Numbers kept for a drop, some 20 MB; the oldest are forgotten first. */
const KEPT_MAX = 200_000;

interface Known {
  /** Redis time of the newest one read, µs. */
  upToUs: number;
  readonly numbers: Set<string>;
}

export class Gone {
  readonly #redis: Redis;
  readonly #known = new Map<string, Known>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  has(drop: string, number: string): boolean {
    return this.#known.get(drop)?.numbers.has(number) ?? false;
  }

  /** Reads who has gone since the last time. */
  async refresh(drop: string): Promise<void> {
    let known = this.#known.get(drop);
    if (known === undefined) {
      known = { upToUs: 0, numbers: new Set() };
      this.#known.set(drop, known);
    }
    for (let page = 0; page < PAGES_MAX; page++) {
      // From the newest on, itself included: several may have gone in the same microsecond.
      const entries = await this.#redis.zrange(
        dropKeys(drop).gone,
        known.upToUs,
        '+inf',
        'BYSCORE',
        'LIMIT',
        0,
        PAGE,
        'WITHSCORES',
      );
      for (let i = 0; i < entries.length; i += 2) {
        known.numbers.add(entries[i] as string);
        known.upToUs = Number(entries[i + 1]);
      }
      if (entries.length < 2 * PAGE) break;
    }
    for (const oldest of known.numbers) {
      if (known.numbers.size <= KEPT_MAX) break;
      known.numbers.delete(oldest);
    }
  }

  forget(drop: string): void {
    this.#known.delete(drop);
  }
}
