/** What single commands of the engine cost Redis on one line: ticks that call, that grant, that do neither; rank maps. */
import type { Redis } from 'ioredis';
import { callableReach } from '../src/domain/callable.ts';
import { Commands, MEMBERS_MAX } from '../src/queue/commands.ts';
import { dropKeys } from '../src/queue/keys.ts';
import { readRankMap } from '../src/queue/rank-map.ts';
import { isRewriting, untilSettled } from './settled-redis.ts';
import { type TimedRedis, timeScripts } from './timed-redis.ts';

/** The most one tick calls (lua/lib/call.lua). */
const CALLS_MAX = 20_000;
/** A tick keeps so many seconds of the rate ready, the burst among them (lua/lib/call.lua). */
const READY_SECONDS = 15 + 1;
/** Between two measured commands, so that those who join meanwhile are spread over them. */
const PACE_MS = 40;
/** Pulses of half a minute: what a tick finds announced (Q23). */
const ANNOUNCEMENTS = 37;
const EVERYBODY = 8e15;

const pace = () => new Promise((resolve) => setTimeout(resolve, PACE_MS));

export class TickMeasurement {
  readonly #redis: Redis;
  readonly #timed: TimedRedis;
  readonly #commands: Commands;
  readonly #drop: string;
  readonly #calls: number;
  readonly #keys;

  /** @param calls how many of each kind are measured */
  constructor(redis: Redis, drop: string, calls: number) {
    this.#redis = redis;
    this.#timed = timeScripts(redis);
    this.#commands = new Commands(this.#timed.redis);
    this.#drop = drop;
    this.#calls = calls;
    this.#keys = dropKeys(drop);
  }

  /** Opens a lobby at once, its places drawn and revealed, everybody announced as callable. */
  async open(): Promise<void> {
    const { control, announced } = this.#keys;
    await this.#redis.hset(control, { opens_us: 1, revealed_us: 1 });
    const { phase } = await this.#tick();
    if (phase !== 'open') throw new Error(`the drop is ${phase}`);
    const nowUs = this.#commands.clockOf(this.#drop).nowUs();
    for (let pulse = 0; pulse < ANNOUNCEMENTS; pulse++)
      await this.#redis.zadd(announced, nowUs + pulse, `${EVERYBODY}:${nowUs + pulse}`);
  }

  /** Ticks in which nothing moves: what one costs by itself. @returns µs of each */
  async idle(): Promise<number[]> {
    await this.#tick();
    this.#timed.take();
    for (let call = 0; call < this.#calls; call++) await this.#tick();
    return this.#timed.take();
  }

  /** Ticks that call from one shopper to the most one tick calls, or all of `share` of the line in the end. */
  async calling(share: number): Promise<{ tookUs: number[]; most: number }> {
    const { control, waiting } = this.#keys;
    const line = await this.#redis.zcard(waiting);
    const largest = Math.min(CALLS_MAX, Math.floor((line * share) / this.#calls));
    const tookUs: number[] = [];
    let most = 0;
    let before = (await this.#tick()).called;
    for (let call = 1; call <= this.#calls; call++) {
      const wanted = Math.ceil(largest ** (call / this.#calls));
      const frontier = (await this.#redis.hget(control, 'frontier')) ?? '0';
      // As if everybody called so far had been given up: only then does a tick call as many as it likes.
      const state = { aged_frontier: frontier, called_recently: 0, shown_recently: 0 };
      await this.#redis.hset(control, { ...state, rate_per_minute: (wanted * 60) / READY_SECONDS });
      this.#timed.take();
      const { called } = await this.#tick();
      tookUs.push(...this.#timed.take());
      if (called - before < wanted) throw new Error(`${called - before} were called instead of ${wanted}`);
      most = Math.max(most, called - before);
      before = called;
      await pace();
    }
    return { tookUs, most };
  }

  /**
   * Ticks that grant 500 each, to shoppers who were called and have come, and the calls in which those came forward: while
   * Redis does nothing beside, and while it rewrites its file.
   */
  async granting(): Promise<{ tookUs: number[]; checkInUs: number[]; whileRewritingUs: number[] }> {
    const took: { tookUs: number[]; checkInUs: number[] } = { tookUs: [], checkInUs: [] };
    await this.#redis.hset(this.#keys.control, { rate_per_minute: 60_000 });
    await this.#tick();
    for (let call = 0; call < this.#calls; call++) {
      await untilSettled(this.#redis);
      const [checkInUs, tookUs] = await this.#grant();
      took.checkInUs.push(checkInUs);
      took.tookUs.push(tookUs);
      await pace();
    }
    const whileRewritingUs: number[] = [];
    await this.#redis.bgrewriteaof().catch(() => {}); // it has begun by itself: as good
    while (whileRewritingUs.length < this.#calls && (await isRewriting(this.#redis)))
      whileRewritingUs.push((await this.#grant())[1]);
    return { ...took, whileRewritingUs };
  }

  /** @returns µs of the check-in of 500, and of the tick that grants them */
  async #grant(): Promise<[checkInUs: number, grantUs: number]> {
    const { control, waiting } = this.#keys;
    const numbers = await this.#redis.zrange(waiting, '0', String(MEMBERS_MAX - 1));
    const args = numbers.flatMap((number) => [number, 'b'.repeat(43)]);
    // A checkout that has said nothing yet lets nobody in.
    await this.#redis.hset(control, { stock_bound: 'on' });
    this.#timed.take();
    await this.#commands.run('check-in', this.#drop, args);
    // As if all calls were old enough for everybody to have come (lua/lib/grant.lua).
    const frontier = (await this.#redis.hget(control, 'frontier')) ?? '0';
    const state = { bucket: MEMBERS_MAX, fair_frontier: frontier };
    await this.#redis.hset(control, { ...state, stock_bound: 'off' });
    const { entered } = await this.#tick();
    if (entered !== MEMBERS_MAX) throw new Error(`${entered} entered instead of ${MEMBERS_MAX}`);
    return this.#timed.take() as [number, number];
  }

  /** Rank maps as the publisher of the pulse reads one each second. @returns µs of each slice, and of each whole map */
  async rankMaps(): Promise<{ sliceUs: number[]; mapUs: number[] }> {
    const sliceUs: number[] = [];
    const mapUs: number[] = [];
    const reach = callableReach({ rateAheadPerMinute: 3000, showRate: 0.5 });
    this.#timed.take();
    for (let call = 0; call < this.#calls; call++) {
      await readRankMap(this.#commands, this.#drop, reach);
      const slices = this.#timed.take();
      sliceUs.push(...slices);
      mapUs.push(slices.reduce((sum, us) => sum + us, 0));
      await pace();
    }
    return { sliceUs, mapUs };
  }

  async #tick(): Promise<{ phase: string; entered: number; called: number }> {
    const reply = await this.#commands.run('advance-drop', this.#drop, ['e0e0e0e0e0e0e0e0']);
    if (reply[0] !== 'ok') throw new Error(`a tick was answered ${reply[0]}`);
    return { phase: String(reply[2]), entered: Number(reply[4]), called: Number(reply[8]) };
  }
}
