/**
 * A whole drop in steps of its ticks: the room's own scripts on a real Redis under a clock that the simulation sets, its own pulse,
 * positions and cadences. Only people and the checkout are made up.
 */
import type { Redis } from 'ioredis';
import { ANNOUNCED_FOR_MS, callableReach, callableUntil } from '../../src/domain/callable.ts';
import { drawnOrder } from '../../src/domain/draw.ts';
import { Outflow } from '../../src/domain/outflow.ts';
import type { RankMap } from '../../src/domain/positions.ts';
import { TICK_MS } from '../../src/domain/tick-cadence.ts';
import { type Flow, pollAfterMs, waitRange } from '../../src/domain/wait.ts';
import { Commands, MEMBERS_MAX } from '../../src/queue/commands.ts';
import { dropKeys } from '../../src/queue/keys.ts';
import { readRankMap } from '../../src/queue/rank-map.ts';
import { Seeds } from '../../src/queue/seeds.ts';
import { createDrop } from '../../test/support/drop.ts';
import { seededRandom } from '../../test/support/simulated-crowd.ts';
import { fillLine, joinTogether } from '../fill-line.ts';
import { timeScripts } from '../timed-redis.ts';
import { Checkout } from './checkout.ts';
import { Due } from './due.ts';
import type { SimulationPlan } from './plan.ts';
import { statusesPerSecond } from './poll-load.ts';
import { type Place, ToldShoppers } from './told.ts';

const CLOCK = new URL('../../test/support/clock.lua', import.meta.url);
/** When simulated time begins: arrivals lie above every drawn order. */
const BEGINS_US = 1_760_000_000_000_000;
const SAMPLE = 2_000;
/** Told this often; the room publishes each second. */
const TOLD_EVERY_SECONDS = 30;
/** Pages spread what they are told by a tenth. */
const POLL_SPREAD = 1.1;
const LATE_MS = 60_000;
const BIND = 'b'.repeat(43);
const SHOW_RATE_MIN = 0.05;

export class SimulatedDrop {
  readonly #plan: SimulationPlan;
  readonly #redis: Redis;
  readonly #timed;
  readonly #commands: Commands;
  readonly #random: () => number;
  readonly #stepMs: number;
  readonly #checkout: Checkout;
  readonly #comingForward = new Due<string>();
  readonly #outflow = new Outflow();
  readonly #sample: Place[] = [];
  readonly #waitsMs: number[] = [];
  readonly #enteredAtMs: number[] = [];
  readonly #polls: number[] = [];
  readonly #busyUs: number[] = [];
  #told = new ToldShoppers([]);
  #keys = dropKeys('');
  #drop = '';
  #nowUs = BEGINS_US;
  #openedUs = 0;
  #frontier = 0;
  #flow: Flow = { ratePerMinute: 0, outflowPerMinute: 0, showRate: 1 };
  #logId = '0';
  #reports = 0;
  #called = 0;
  #arrivalsLeft: number[] = [];

  constructor(redis: Redis, plan: SimulationPlan) {
    this.#plan = plan;
    this.#redis = redis;
    this.#timed = timeScripts(redis);
    this.#commands = new Commands(this.#timed.redis, CLOCK);
    this.#random = seededRandom(plan.seed);
    this.#stepMs = TICK_MS / plan.instances;
    this.#checkout = new Checkout(plan, this.#stepMs, this.#random);
  }

  async run() {
    await this.#gatherLobby();
    await this.#draw();
    const { lastsSeconds, arrivals, arrivalsMeanSeconds } = this.#plan;
    this.#arrivalsLeft = Array.from(
      { length: arrivals },
      () => -Math.log(1 - this.#random()) * arrivalsMeanSeconds * 1000,
    ).sort((a, b) => b - a);
    const stepsPerSecond = Math.round(1000 / this.#stepMs);
    let step = 0;
    for (; step * this.#stepMs < lastsSeconds * 1000 && !this.#checkout.isSoldOut; step++) {
      await this.#setClock(this.#nowUs + this.#stepMs * 1000);
      await this.#arrive();
      if (step % stepsPerSecond === 0) await this.#eachSecond(step / stepsPerSecond);
      await this.#tick(step);
      await this.#comeForward(step);
      await this.#readGrants(step);
      await this.#endSessions(step);
    }
    return this.#summary((step * this.#stepMs) / 1000);
  }

  async #setClock(us: number): Promise<void> {
    this.#nowUs = us;
    this.#commands.clockOf(this.#drop).see(us);
    await this.#redis.set('test:clock', us);
  }

  async #gatherLobby(): Promise<void> {
    const { lobby, arrivals, drawingSeconds, ...plan } = this.#plan;
    await this.#setClock(BEGINS_US);
    this.#drop = await createDrop(this.#redis, {
      ...{ nowUs: BEGINS_US, opensInMs: 60_000, lobbyMs: 120_000, closesInMs: 86_400_000, drawn: true },
      policy: {
        ...{
          max_waiting: lobby + arrivals + 1,
          rate_per_minute: plan.ratePerMinute,
          max_sessions: plan.maxSessions,
        },
        ...{ call_window_us: plan.callWindowSeconds * 1e6, grace_us: plan.graceSeconds * 1e6 },
        ...{ token_us: plan.tokenSeconds * 1e6, hold_us: plan.holdSeconds * 1e6, stock_bound: 'on' },
      },
    });
    this.#keys = dropKeys(this.#drop);
    const seeds = new Seeds(this.#redis);
    await seeds.load(this.#drop);
    const seed = seeds.current(this.#drop);
    if (seed === null) throw new Error('the drop has no seed');
    const every = Math.max(1, Math.floor(lobby / SAMPLE));
    const orderOf = (number: string) => drawnOrder(seed.key, number, { band: 1, chances: 1 });
    let seen = 0;
    await fillLine(new Commands(this.#redis, CLOCK), this.#drop, {
      count: lobby,
      commit: seed.commit,
      drawnOrderOf: orderOf,
      onJoined: ({ number }) => {
        if (seen++ % every === 0) this.#sample.push({ number, order: orderOf(number) });
      },
    });
    this.#told = new ToldShoppers(this.#sample);
  }

  /** Opens the drop and reveals its places; the roster itself is the bench `draw`'s. */
  async #draw(): Promise<void> {
    await this.#setClock(BEGINS_US + 60_000_000);
    await this.#advance();
    this.#openedUs = this.#nowUs;
    await this.#run('publish-roster', 'simulated', '{}');
    await this.#setClock(this.#nowUs + this.#plan.drawingSeconds * 1_000_000);
    await this.#run('reveal-draw');
  }

  async #run(name: Parameters<Commands['run']>[0], ...args: (string | number)[]) {
    const reply = await this.#commands.run(name, this.#drop, args);
    if (reply[0] !== 'ok') throw new Error(`${name} was answered ${reply[0]}`);
    return reply;
  }

  #advance() {
    return this.#run('advance-drop', 'e0e0e0e0e0e0e0e0');
  }

  async #arrive(): Promise<void> {
    const nowMs = (this.#nowUs - this.#openedUs) / 1000;
    let due = 0;
    while ((this.#arrivalsLeft.at(-1) ?? Infinity) <= nowMs) {
      this.#arrivalsLeft.pop();
      due++;
    }
    for (; due > 0; due -= MEMBERS_MAX)
      await joinTogether(this.#commands, this.#drop, Math.min(due, MEMBERS_MAX));
  }

  /** As checkout and publisher do: the report, the rank map, the announcement; and what everybody is told then. */
  async #eachSecond(second: number): Promise<void> {
    this.#busyUs.push(this.#timed.take().reduce((sum, us) => sum + us, 0));
    const { sellable, held, inside, withoutHold } = this.#checkout.report();
    await this.#run('report-capacity', ++this.#reports, sellable, held, inside, withoutHold, '{}');
    const [called, shown, entered] = (
      await this.#redis.hmget(this.#keys.control, 'called_recently', 'shown_recently', 'entered_total')
    ).map(Number) as [number, number, number];
    const { ratePerMinute, callWindowSeconds, graceSeconds } = this.#plan;
    const showRate = Math.max(SHOW_RATE_MIN, Math.min(1, (shown + 1) / (called + 1)));
    const reach = callableReach({ rateAheadPerMinute: ratePerMinute, showRate });
    const map: RankMap = await readRankMap(this.#commands, this.#drop, reach);
    const callable = callableUntil(map, reach, this.#nowUs);
    await this.#redis.set(this.#keys.pulseLease, 'simulation');
    await this.#run('publish-pulse', 'simulation', '{}', 1000, callable, ANNOUNCED_FOR_MS * 1000);
    const flow = {
      ratePerMinute,
      outflowPerMinute: this.#outflow.measure(entered, this.#nowUs / 1000),
      showRate,
    };
    this.#flow = flow;
    this.#polls.push(statusesPerSecond(map, flow, (callWindowSeconds + graceSeconds) * 1000, callable));
    if (second % TOLD_EVERY_SECONDS === TOLD_EVERY_SECONDS - 1)
      await this.#told.tell(this.#redis, this.#keys.waiting, map, this.#frontier, flow, this.#nowUs);
  }

  /** One tick; whoever it calls comes forward with their next poll, later, or never. */
  async #tick(step: number): Promise<void> {
    await this.#advance();
    const before = this.#frontier;
    this.#frontier = Number(await this.#redis.hget(this.#keys.control, 'frontier'));
    if (this.#frontier === before) return;
    const called = await this.#redis.zrangebyscore(this.#keys.waiting, `(${before}`, this.#frontier);
    this.#called += called.length;
    const { showShare, lateShare, callWindowSeconds, graceSeconds } = this.#plan;
    const turnMs = (callWindowSeconds + graceSeconds) * 1000;
    for (const [ahead, number] of called.entries()) {
      if (this.#random() >= showShare) continue;
      // What the page was told when it last asked, and some time after that it asks again.
      const toldMs = pollAfterMs(waitRange(ahead, this.#flow), turnMs, true) * POLL_SPREAD;
      const late = this.#random() < lateShare ? this.#random() * LATE_MS : 0;
      const afterMs = this.#random() * toldMs + late;
      this.#comingForward.add(step + Math.ceil(afterMs / this.#stepMs), number);
    }
  }

  async #comeForward(step: number): Promise<void> {
    const numbers = this.#comingForward.take(step);
    for (let from = 0; from < numbers.length; from += MEMBERS_MAX) {
      const some = numbers.slice(from, from + MEMBERS_MAX);
      await this.#run('check-in', ...some.flatMap((number) => [number, BIND]));
    }
  }

  /** The drop's own log says who has entered, and when. */
  async #readGrants(step: number): Promise<void> {
    for (;;) {
      const lines = await this.#redis.xrange(this.#keys.log, `(${this.#logId}`, '+', 'COUNT', 5_000);
      for (const [, fields] of lines) {
        if (fields[1] !== 'grant') continue;
        const line = new Map(
          fields.flatMap((_, at) => (at % 2 ? [] : [[fields[at], fields[at + 1]]])) as [string, string][],
        );
        const us = Number(line.get('us'));
        const orders = (line.get('o') ?? '').split(' ');
        for (const [at, number] of (line.get('n') ?? '').split(' ').entries())
          this.#enter(step, number, Number(orders[at]), us);
      }
      this.#logId = lines.at(-1)?.[0] ?? this.#logId;
      if (lines.length < 5_000) return;
    }
  }

  #enter(step: number, number: string, order: number, us: number): void {
    const sinceUs = order < 4 * 2 ** 48 ? this.#openedUs : Math.max(this.#openedUs, order);
    this.#waitsMs.push((us - sinceUs) / 1000);
    this.#enteredAtMs.push((us - this.#openedUs) / 1000);
    this.#told.entered(number, us);
    this.#checkout.enter(number, step);
  }

  async #endSessions(step: number): Promise<void> {
    const ended = this.#checkout.pass(step);
    for (let from = 0; from < ended.length; from += MEMBERS_MAX)
      await this.#run('end-sessions', ...ended.slice(from, from + MEMBERS_MAX).flat());
  }

  #summary(seconds: number) {
    const waits = this.#waitsMs.sort((a, b) => a - b);
    const at = (share: number) => Math.round(waits[Math.max(0, Math.ceil(waits.length * share) - 1)] ?? 0);
    const minutes: number[] = [];
    for (const ms of this.#enteredAtMs)
      minutes[Math.floor(ms / 60_000)] = (minutes[Math.floor(ms / 60_000)] ?? 0) + 1;
    const full = minutes.slice(1, -1);
    const busy = this.#busyUs.slice(1).sort((a, b) => a - b);
    const second = (share: number) => busy[Math.max(0, Math.ceil(busy.length * share) - 1)] ?? 0;
    return {
      seconds,
      entered: waits.length,
      called: this.#called,
      sold: this.#checkout.sold,
      waitMsP50: at(0.5),
      waitMsP95: at(0.95),
      lastEnteredSeconds: Math.max(0, ...[this.#enteredAtMs.at(-1) ?? 0]) / 1000,
      enteredPerFullMinute: full,
      ...this.#told.summary(),
      statusesPerSecondMost: Math.round(Math.max(0, ...this.#polls)),
      statusesPerSecondMean: Math.round(
        this.#polls.reduce((sum, polls) => sum + polls, 0) / Math.max(1, this.#polls.length),
      ),
      redisBusyMsPerSecondP50: second(0.5) / 1000,
      redisBusyMsPerSecondMost: second(1) / 1000,
    };
  }
}
