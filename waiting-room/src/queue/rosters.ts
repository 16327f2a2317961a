/** Reads published rosters and who came back without a line in one: heads and a few pages are kept, since neither ever changes. */
import type { Redis } from 'ioredis';
import type { RosterHead } from '../domain/roster.ts';
import { dropKeys, rosterPageKey } from './keys.ts';

/** 32 pages are some 6 MB; receipts of one opening go over all of them once. */
const PAGES_MAX = 32;

export class Rosters {
  readonly #redis: Redis;
  readonly #heads = new Map<string, RosterHead>();
  readonly #pages = new Map<string, string>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Null before the roster is published. */
  async head(drop: string): Promise<RosterHead | null> {
    const known = this.#heads.get(drop);
    if (known !== undefined) return known;
    const text = await this.#redis.get(dropKeys(drop).roster);
    if (text === null) return null;
    const head = JSON.parse(text) as RosterHead;
    this.#heads.set(drop, head);
    return head;
  }

  /** A page's text; null when there is none of that index. */
  async page(drop: string, index: number): Promise<string | null> {
    const head = await this.head(drop);
    if (head === null || index < 0 || index >= head.pageRoots.length) return null;
    const key = rosterPageKey(drop, head.build, index);
    let page = this.#pages.get(key) ?? null;
    if (page === null) {
      page = await this.#redis.get(key);
      if (page === null) return null;
      if (this.#pages.size >= PAGES_MAX) this.#pages.delete(this.#pages.keys().next().value as string);
      this.#pages.set(key, page);
    }
    return page;
  }

  /** Lobby tickets that were put back after the roster was published, in the order in which they came: `max` from number `from` on. */
  async late(
    drop: string,
    from: number,
    max: number,
  ): Promise<{ readonly total: number; readonly lines: string[] }> {
    const key = dropKeys(drop).late;
    const [total, lines] = await Promise.all([
      this.#redis.llen(key),
      this.#redis.lrange(key, from, from + max - 1),
    ]);
    return { total, lines };
  }

  /** Drops the head of a drop that is no longer there. */
  forget(drop: string): void {
    this.#heads.delete(drop);
  }
}
