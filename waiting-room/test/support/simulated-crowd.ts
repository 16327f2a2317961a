/** A crowd on a `Line`: who shows up when called, after how long, seeded; minutes of a drop in seconds. */
import { ANNOUNCED_FOR_MS, callableReach, callableUntil } from '../../src/domain/callable.ts';
import { readRankMap } from '../../src/queue/rank-map.ts';
import type { Line } from './line.ts';

/** mulberry32: small, good enough to choose who stays away, the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface CrowdOptions {
  readonly line: Line;
  readonly seed: number;
  /** Share that comes when called, by minutes since the crowd began. */
  readonly showsUp: (minute: number) => number;
  /** ms from the call until they come forward. */
  readonly noticesAfterMs: (random: () => number) => number;
  readonly tickMs?: number;
}

/** Shoppers in the order of their places, and who of them has been called so far. */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #random: () => number;
  #line: { readonly number: string; readonly order: number }[] = [];
  #called = 0;
  #due: { readonly number: string; readonly atUs: number }[] = [];
  readonly #beganUs: number;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#beganUs = options.line.nowUs;
  }

  /** `count` more at the end of the line. */
  async arrive(count: number): Promise<void> {
    const { line } = this.#options;
    await line.arrive(count);
    const entries = await line.redis.zrange(line.keys.waiting, '-inf', '+inf', 'BYSCORE', 'WITHSCORES');
    this.#line = this.#line.slice(0, this.#called);
    for (let i = 0; i < entries.length; i += 2) {
      const order = Number(entries[i + 1]);
      if (order > (this.#line.at(-1)?.order ?? 0)) this.#line.push({ number: entries[i] as string, order });
    }
  }

  /** Lets a minute pass; returns how many entered in it. */
  async minute(): Promise<number> {
    const { line, tickMs = 250 } = this.#options;
    const before = await this.#entered();
    for (let gone = 0; gone < 60_000; gone += tickMs) {
      if (gone % 1000 === 0) await this.#announce();
      await line.advance(tickMs);
      await line.tick();
      await this.#notice();
      const due = this.#due.filter(({ atUs }) => atUs <= line.nowUs);
      this.#due = this.#due.filter(({ atUs }) => atUs > line.nowUs);
      await line.checkIn(due.map(({ number }) => number));
    }
    return (await this.#entered()) - before;
  }

  /** As the publisher of the pulse does each second: the ticks keep to it (Q23). */
  async #announce(): Promise<void> {
    const { line } = this.#options;
    const [rate, called, shown] = await line.redis.hmget(
      line.keys.control,
      'rate_per_minute',
      'called_recently',
      'shown_recently',
    );
    const showRate = Math.min(1, (Number(shown) + 1) / (Number(called) + 1));
    const reach = callableReach({ rateAheadPerMinute: Number(rate), showRate });
    const map = await readRankMap(line.commands, line.drop, reach);
    await line.redis.set(line.keys.pulseLease, 'crowd');
    const callable = callableUntil(map, reach, line.nowUs);
    await line.run('publish-pulse', 'crowd', '{}', 1000, callable, ANNOUNCED_FOR_MS * 1000);
  }

  async #notice(): Promise<void> {
    const { line, showsUp, noticesAfterMs } = this.#options;
    const frontier = Number(await line.redis.hget(line.keys.control, 'frontier'));
    const share = showsUp((line.nowUs - this.#beganUs) / 60_000_000);
    for (
      let next = this.#line[this.#called];
      next && next.order <= frontier;
      next = this.#line[this.#called]
    ) {
      this.#called++;
      if (this.#random() >= share) continue;
      this.#due.push({ number: next.number, atUs: line.nowUs + noticesAfterMs(this.#random) * 1000 });
    }
  }

  async #entered(): Promise<number> {
    const { line } = this.#options;
    return Number(await line.redis.hget(line.keys.control, 'entered_total'));
  }
}
