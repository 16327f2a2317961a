/**
 * A drop with a handful of shoppers and two instances, on the real Lua under a set clock, and everything that must hold after
 * every step whatever the steps were. It predicts nothing: it watches the sets and the log, and knows what was acknowledged.
 */
import { expect } from 'vitest';
import type { CommandName, Commands } from '../../src/queue/commands.ts';
import { loadScript, runScript } from '../../src/queue/scripts.ts';
import { newBind, newTicket, tune } from '../support/drop.ts';
import { COMMAND_KEYS, joinCodes, joinText, Line } from '../support/line.ts';

const CLOCK = new URL('../support/clock.lua', import.meta.url);

const SETS = ['waiting', 'present', 'sessions', 'spent'] as const;
type SetName = (typeof SETS)[number];

interface Shopper {
  readonly number: string;
  readonly bind: string;
  /** As acknowledged at the join. */
  readonly order: number;
  epoch: string;
  /** The grant a client has seen; what a token was signed from. */
  grant: string | null;
  /** The grant as its instance remembers it. */
  endsUs: number;
  ended: string | null;
}

interface GrantSeen {
  readonly number: string;
  /** Entries that the rate had allowed until then, over the time that really went by. */
  readonly allowed: number;
  /** Index of the burst in force. */
  readonly policy: number;
}

type Sets = Readonly<Record<SetName, ReadonlyMap<string, number>>>;

export class EngineModel {
  readonly line: Line;
  readonly #instances: readonly Commands[];
  readonly shoppers: Shopper[] = [];
  /** Burst of each policy, in their order. */
  readonly #bursts: number[] = [];
  #allowed = 0;
  /** Latest time that a command has spent budget by. */
  #seenUs = 0;
  /** Time beyond that, with the rate that held: it brings budget once a command sees it, unless the clock goes back before. */
  #unseen: { readonly fromUs: number; readonly toUs: number; readonly perMinute: number }[] = [];
  #checkedUpTo = 0;
  #grants: GrantSeen[] = [];
  #frontier = 0;
  #clockUs = 0;
  #lastOrder = 0;
  /** Granted by a Redis that was lost before any instance heard of it: no token can have left. */
  readonly #neverSeen = new Set<string>();
  #perMinute = 600;
  #maxSessions = 0;

  private constructor(line: Line) {
    this.line = line;
    this.#instances = [line.commands, line.another()];
    this.#seenUs = line.nowUs;
  }

  static async create(): Promise<EngineModel> {
    const line = await Line.create({
      policy: {
        rate_per_minute: 600,
        max_sessions: 0,
        call_window_us: 20_000_000,
        grace_us: 20_000_000,
        token_us: 60_000_000,
        hold_us: 30_000_000,
        return_spread_us: 5_000_000,
      },
    });
    const model = new EngineModel(line);
    model.#notePolicy();
    return model;
  }

  /** A clock that goes back concerns every instance; each learns of it with its next reply. */
  instance(index: number): Commands {
    const commands = this.#instances[index % 2] as Commands;
    commands.clockOf(this.line.drop).see(this.line.nowUs);
    return commands;
  }

  #run(
    index: number,
    ...call: Parameters<Commands['run']> extends [infer N, string, infer A] ? [N, A] : never
  ) {
    return this.instance(index).run(call[0], this.line.drop, call[1]);
  }

  async join(index: number): Promise<void> {
    const { number } = newTicket();
    const reply = await this.#run(index, 'join-queue', [
      '00000000000000ee',
      1_000_000,
      '',
      joinText([number]),
    ]);
    if (reply[0] !== 'ok') return;
    const order = joinCodes(reply, 1)[0]?.[1] ?? 0;
    expect(order, 'Q12: orders grow').toBeGreaterThan(this.#lastOrder);
    this.#lastOrder = order;
    const epoch = String(reply[3]);
    this.shoppers.push({ number, bind: newBind(), order, epoch, grant: null, endsUs: 0, ended: null });
  }

  /** The same join again, as a client does whose answer was lost. */
  async repeatJoin(index: number, who: number): Promise<void> {
    const shopper = this.#pick(who);
    const before = await this.#sets();
    // What Redis has lost joins anew; the ticket itself brings its place back (return-tickets.test.ts).
    if (!shopper || !SETS.some((name) => before[name].has(shopper.number))) return;
    const reply = await this.#run(index, 'join-queue', [
      '00000000000000ee',
      1_000_000,
      '',
      joinText([shopper.number]),
    ]);
    if (reply[0] !== 'ok') return;
    expect([1, 2], 'Q3: a repeated join adds nothing').toContain(joinCodes(reply, 1)[0]?.[0]);
    expect(await this.#sets()).toEqual(before);
  }

  async tick(index: number): Promise<void> {
    const [status] = await this.#run(index, 'advance-drop', ['00000000000000ee']);
    if (status === 'ok') this.#see();
  }

  /** @param lost whether Redis's answer never reaches the instance */
  async askForEntry(index: number, who: readonly number[], lost: boolean): Promise<void> {
    const asking = [...new Set(who.map((one) => this.#pick(one)).filter((one) => one !== undefined))];
    if (asking.length === 0) return;
    const reply = await this.#run(
      index,
      'check-in',
      asking.flatMap(({ number, bind }) => [number, bind]),
    );
    if (reply[0] === 'ok') this.#see();
    if (reply[0] !== 'ok' || lost) return;
    asking.forEach((shopper, i) => {
      if (reply[3 + 2 * i] !== 'granted') return;
      const grant = String(reply[4 + 2 * i]);
      if (shopper.grant !== null) expect(grant, 'Q18: asking again gives the same grant').toBe(shopper.grant);
      expect(shopper.ended, 'promise 3: no grant after the end').toBeNull();
      shopper.grant = grant;
      shopper.endsUs = Number(grant.split(':')[1]) * 1_000_000 + 30_000_000;
    });
  }

  async leave(index: number, who: number): Promise<void> {
    const shopper = this.#pick(who);
    if (shopper) await this.#run(index, 'leave-queue', [shopper.number]);
  }

  async endSession(index: number, who: number, times: number): Promise<void> {
    const shopper = this.#pick(who);
    if (!shopper || shopper.grant === null) return;
    for (let i = 0; i < times; i++) {
      const reply = await this.#run(index, 'end-sessions', [shopper.number, 'paid']);
      if (reply[0] === 'ok' && Number(reply[2]) === 1) {
        expect(i, 'Q3: ending twice ends once').toBe(0);
        shopper.ended = 'paid';
      }
    }
  }

  async changePolicy(perMinute: number, maxSessions: number): Promise<void> {
    this.#perMinute = perMinute;
    this.#maxSessions = maxSessions;
    await tune(this.line.redis, this.line.drop, { rate_per_minute: perMinute, max_sessions: maxSessions });
    this.#notePolicy();
  }

  async setOverride(override: string): Promise<void> {
    await tune(this.line.redis, this.line.drop, { override });
  }

  /**
   * A clock that went back brings no budget a second time: what counts is time beyond the latest that a command has seen.
   * Time that no command saw before the clock went back did not happen to the drop.
   */
  async moveClock(ms: number): Promise<void> {
    const fromUs = Math.max(this.line.nowUs, this.#seenUs);
    await this.line.advance(ms);
    const { nowUs } = this.line;
    if (nowUs > fromUs) this.#unseen.push({ fromUs, toUs: nowUs, perMinute: this.#perMinute });
    else
      this.#unseen = this.#unseen
        .filter((time) => time.fromUs < nowUs)
        .map((time) => ({ ...time, toUs: Math.min(time.toUs, nowUs) }));
  }

  #see(): void {
    for (const { fromUs, toUs, perMinute } of this.#unseen)
      this.#allowed += (perMinute / 60_000_000) * (toUs - fromUs);
    this.#unseen = [];
    this.#seenUs = Math.max(this.#seenUs, this.line.nowUs);
  }

  /** Commands whose deadline has passed change nothing, whatever they would have done. */
  async late(who: number): Promise<void> {
    const number = this.#pick(who)?.number ?? newTicket().number;
    const calls: readonly (readonly [CommandName, readonly (string | number)[]])[] = [
      ['join-queue', ['00000000000000ee', 1_000_000, '', joinText([newTicket().number])]],
      ['advance-drop', ['00000000000000ee']],
      ['check-in', [number, newBind()]],
      ['leave-queue', [number]],
      ['end-sessions', [number, 'revoked']],
    ];
    const before = await this.#everything();
    const { redis, keys, nowUs } = this.line;
    for (const [name, args] of calls) {
      const script = loadScript(name, CLOCK);
      const reply = await runScript(
        redis,
        script,
        COMMAND_KEYS[name].map((key) => keys[key]),
        [nowUs - 1, 0, ...args],
      );
      expect(reply[0], `Q2: ${name}`).toBe('late');
    }
    expect(await this.#everything()).toEqual(before);
  }

  /** Everything of the drop is lost; instances restore it, and shoppers come back in the order given. */
  async loseRedis(returning: readonly number[]): Promise<void> {
    const { redis, keys } = this.line;
    const control = await redis.hgetall(keys.control);
    await redis.del(...Object.values(keys));
    for (const { number, grant } of this.shoppers) if (grant === null) this.#neverSeen.add(number);
    const offer = () =>
      this.#run(0, 'heal-drop', [
        `${this.#lossName()}`,
        Number(control.seq ?? 0),
        '',
        '',
        ...Object.entries(control).flat(),
      ]);
    expect((await offer())[0]).toBe('collecting');
    // Between the offers nobody gets anything.
    await expect(this.#run(1, 'advance-drop', ['00000000000000ee'])).rejects.toThrow();
    const out = this.shoppers.filter(({ grant, ended }) => grant !== null || ended !== null);
    if (out.length > 0) {
      await this.#run(
        0,
        'restore-sessions',
        out.flatMap((one) => [one.number, `${one.grant}:1`, one.endsUs, one.ended ?? '']),
      );
    }
    await this.moveClock(2100);
    expect((await offer())[0]).toBe('restored');
    this.#see();
    this.#checkedUpTo = 0;
    await this.returnAll(returning);
  }

  /** Tickets of an earlier epoch come back at their own orders, each put back or known. */
  async returnAll(who: readonly number[]): Promise<void> {
    const coming = [...new Set(who.map((one) => this.#pick(one)).filter((one) => one !== undefined))];
    if (coming.length === 0) return;
    const reply = await this.#run(
      1,
      'return-tickets',
      coming.flatMap((one) => [one.number, one.order, one.epoch, '', '']),
    );
    if (reply[0] !== 'ok') return;
    for (const [i, shopper] of coming.entries()) {
      if (reply[4 + i] === 'returned' || reply[4 + i] === 'known') shopper.epoch = String(reply[3]);
    }
    for (const shopper of coming) {
      const score = await this.line.redis.zscore(this.line.keys.waiting, shopper.number);
      if (score !== null) expect(Number(score), 'promise 5: back at their own order').toBe(shopper.order);
    }
  }

  /** What must hold now. */
  async check(): Promise<void> {
    const sets = await this.#sets();
    this.#checkDisjoint(sets);
    const log = await this.line.log();
    const fresh = log.slice(this.#checkedUpTo);
    this.#checkedUpTo = log.length;
    const granted = fresh.filter(({ k }) => k === 'grant');
    this.#checkOrder(granted, sets);
    for (const { n } of granted) {
      const again = this.#grants.some(({ number }) => number === n) && !this.#neverSeen.delete(String(n));
      expect(again, `promise 3: one ticket, one entry (${n})`).toBe(false);
      this.#grants.push({ number: String(n), allowed: this.#allowed, policy: this.#bursts.length - 1 });
    }
    this.#checkRate();
    if (this.#maxSessions > 0 && granted.length > 0) {
      expect(sets.sessions.size, 'promise 1: maxSessions').toBeLessThanOrEqual(this.#maxSessions);
    }
    const control = await this.line.redis.hgetall(this.line.keys.control);
    expect(Number(control.frontier ?? 0), 'Q16: the frontier never goes back').toBeGreaterThanOrEqual(
      this.#frontier,
    );
    expect(Number(control.clock_us ?? 0), 'Q4: the drop clock never goes back').toBeGreaterThanOrEqual(
      this.#clockUs,
    );
    this.#frontier = Number(control.frontier ?? 0);
    this.#clockUs = Number(control.clock_us ?? 0);
  }

  close(): void {
    this.line.close();
  }

  #losses = 0;
  #lossName(): string {
    return `l055${String(this.#losses++).padStart(12, '0')}`;
  }

  #pick(who: number): Shopper | undefined {
    return this.shoppers[who % Math.max(1, this.shoppers.length)];
  }

  #notePolicy(): void {
    this.#bursts.push(this.#perMinute === 0 ? 0 : Math.max(1, this.#perMinute / 60));
  }

  async #sets(): Promise<Sets> {
    const { redis, keys } = this.line;
    const read = async (name: SetName) => {
      const entries = await redis.zrange(keys[name], '0', '-1', 'WITHSCORES');
      const set = new Map<string, number>();
      for (let i = 0; i < entries.length; i += 2) set.set(entries[i] as string, Number(entries[i + 1]));
      return set;
    };
    const [waiting, present, sessions, spent] = await Promise.all(SETS.map(read));
    return { waiting, present, sessions, spent } as Sets;
  }

  async #everything(): Promise<unknown> {
    return [await this.#sets(), await this.line.redis.hgetall(this.line.keys.control)];
  }

  #checkDisjoint(sets: Sets): void {
    for (const shopper of this.shoppers) {
      const within = SETS.filter((name) => sets[name].has(shopper.number));
      expect(within.length, `Q15: in one set at most, is in ${within.join()}`).toBeLessThanOrEqual(1);
      for (const name of ['waiting', 'present'] as const) {
        const order = sets[name].get(shopper.number);
        if (order !== undefined) expect(order, 'a place never moves').toBe(shopper.order);
      }
    }
  }

  /** Promise 2: whoever has checked in, be it within the step, and still waits stands behind all who were granted in it. */
  #checkOrder(granted: readonly Record<string, string>[], sets: Sets): void {
    const highest = Math.max(0, ...granted.map(({ o }) => Number(o)));
    for (const order of sets.present.values()) {
      expect(order, 'promise 2: no grant before a lower order that was checked in').toBeGreaterThan(highest);
    }
  }

  /** Promise 1, over every window between two grants: the integral of the rate, plus the greatest burst in force. */
  #checkRate(): void {
    this.#grants.forEach((first, from) => {
      this.#grants.slice(from).forEach((last, more) => {
        const burst = Math.max(...this.#bursts.slice(first.policy, last.policy + 1));
        const most = last.allowed - first.allowed + burst;
        expect(more + 1, `promise 1: grants ${from} to ${from + more}`).toBeLessThanOrEqual(most + 1e-6);
      });
    });
  }
}
