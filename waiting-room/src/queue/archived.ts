/**
 * Which drops have been archived: read with the views, a few at a time, since the list only grows. A drop of this list is
 * over for good, whatever an instance that has slept still remembers of it.
 */
import { isStoreFault } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { ARCHIVED_KEY } from './keys.ts';

/** Control planes that archive at the same time may write in another order than that of their clocks. */
const OVERLAP_MS = 60_000;

export class Archived {
  readonly #redis: Redis;
  readonly #drops = new Set<string>();
  #upToMs = 0;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  has(drop: string): boolean {
    return this.#drops.has(drop);
  }

  /** Reads what has been archived since the last time. @param listed drops that are there, whatever they once were */
  async refresh(listed: Iterable<string>): Promise<void> {
    const found = await this.#redis.zrange(
      ARCHIVED_KEY,
      this.#upToMs - OVERLAP_MS,
      '+inf',
      'BYSCORE',
      'WITHSCORES',
    );
    for (let i = 0; i < found.length; i += 2) {
      this.#drops.add(found[i] as string);
      this.#upToMs = Math.max(this.#upToMs, Number(found[i + 1]));
    }
    for (const drop of listed) this.#drops.delete(drop);
  }

  /**
   * Asks Redis: for a drop about to be restored. Not known while the list's own server, in a Cluster another one, is away:
   * the drop must not wait for that.
   */
  async isKnown(drop: string): Promise<boolean> {
    if (this.has(drop)) return true;
    try {
      return (await this.#redis.zscore(ARCHIVED_KEY, drop)) !== null;
    } catch (error) {
      if (!isStoreFault(error)) throw error;
      return false;
    }
  }
}
