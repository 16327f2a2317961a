/**
 * Who wants to be told of their turn, on the drop's slot: by order, so that finding who is due costs what is found. Taking one
 * away is the claim: of several instances one tells. What is told last takes the address with it; that it was told stays, so that
 * asking again brings nothing twice.
 */
import type { Redis } from 'ioredis';
import { NOTICE_KINDS, type NoticeKind, type NoticeWish } from '../domain/notice.ts';
import { dropKeys, NOTICE_DROPS_KEY } from './keys.ts';

/** Some 400 bytes each; beyond it nobody else is taken. */
const WISHES_MAX = 100_000;
/** A drop that was never closed or archived forgets by itself. */
const KEPT_SECONDS = 30 * 24 * 3600;
const TAKEN_AT_ONCE = 50;

export interface DueNotice {
  readonly kind: NoticeKind;
  readonly wish: NoticeWish;
}

export class Notices {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** A newer wish replaces the one before, but not what has been told. False: as many have asked as there is room for. */
  async ask(drop: string, number: string, order: number, wish: NoticeWish): Promise<boolean> {
    const { notices, told: _, ...due } = keysOf(drop);
    const [known, count] = await Promise.all([
      this.#redis.hexists(notices, number),
      this.#redis.hlen(notices),
    ]);
    if (!known && count >= WISHES_MAX) return false;
    // First: a wish that no notifier knows of would be told to nobody.
    await this.#redis.sadd(NOTICE_DROPS_KEY, drop);
    const write = this.#redis
      .multi()
      .hset(notices, number, JSON.stringify(wish))
      .expire(notices, KEPT_SECONDS);
    if (!known)
      for (const kind of NOTICE_KINDS) write.zadd(due[kind], order, number).expire(due[kind], KEPT_SECONDS);
    await write.exec();
    return true;
  }

  /** Drops in which somebody has asked: one read, however many drops there are. */
  async drops(): Promise<string[]> {
    return this.#redis.smembers(NOTICE_DROPS_KEY);
  }

  async has(drop: string, number: string): Promise<boolean> {
    return (await this.#redis.hexists(dropKeys(drop).notices, number)) === 1;
  }

  /** Not wanted any more; the address is gone. */
  async cancel(drop: string, number: string): Promise<void> {
    const { notices, soon, turn } = keysOf(drop);
    await this.#redis.multi().hdel(notices, number).zrem(soon, number).zrem(turn, number).exec();
  }

  /** Takes some of those whose order is at most `upTo`: they are this caller's to tell. Empty: nobody is due. */
  async takeDue(drop: string, kind: NoticeKind, upTo: number): Promise<DueNotice[]> {
    const { notices, told, [kind]: due, soon } = keysOf(drop);
    const { waiting } = dropKeys(drop);
    const numbers = await this.#redis.zrangebyscore(due, '-inf', upTo, 'LIMIT', 0, TAKEN_AT_ONCE);
    const taken = await Promise.all(
      numbers.map(async (number): Promise<DueNotice[]> => {
        if ((await this.#redis.zrem(due, number)) === 0) return [];
        const [text, place] = await Promise.all([
          this.#redis.hget(notices, number),
          this.#redis.zscore(waiting, number),
        ]);
        // After their turn there is nothing to tell; whoever is not in line any more wants nothing told.
        if (kind === 'turn' || place === null)
          await this.#redis.multi().hdel(notices, number).zrem(soon, number).exec();
        if (text === null || place === null || !(await this.#isFirst(told, number, kind))) return [];
        return [{ kind, wish: JSON.parse(text) as NoticeWish }];
      }),
    );
    return taken.flat();
  }

  /** Whoever takes a wish back and asks again, or asks after their turn was told, or for another address, is not told a second time. */
  async #isFirst(told: string, number: string, kind: NoticeKind): Promise<boolean> {
    const first = await this.#redis.hsetnx(told, `${number} ${kind}`, '');
    if (first === 1) await this.#redis.expire(told, KEPT_SECONDS);
    return first === 1;
  }

  /** The drop is over: every address goes. */
  async forget(drop: string): Promise<void> {
    await this.#redis.unlink(...Object.values(keysOf(drop)));
    await this.#redis.srem(NOTICE_DROPS_KEY, drop);
  }
}

function keysOf(drop: string) {
  const { notices, noticesSoon, noticesTurn, noticesTold } = dropKeys(drop);
  return { notices, soon: noticesSoon, turn: noticesTurn, told: noticesTold };
}
