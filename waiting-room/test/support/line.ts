/** The real Lua commands on real Redis under a clock that the test sets: minutes of a drop pass in milliseconds. */
import { createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { type CommandName, Commands } from '../../src/queue/commands.ts';
import { type DropKeys, dropKeys } from '../../src/queue/keys.ts';
import type { ScriptReply } from '../../src/queue/scripts.ts';
import { createDrop, type DropSetup, newTicket, readLog } from './drop.ts';

const CLOCK = new URL('clock.lua', import.meta.url);

/** When test time begins: arrivals' orders are times, and those lie above every drawn order. */
const BEGINS_US = 1_760_000_000_000_000;

export { COMMANDS as COMMAND_KEYS } from '../../src/queue/commands.ts';

export interface Tick {
  readonly phase: string;
  readonly limitedBy: string;
  readonly entered: number;
  readonly waiting: number;
  readonly present: number;
  readonly sessions: number;
  readonly called: number;
}

export interface Standing {
  readonly word: string;
  readonly value: string | number;
}

export class Line {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly commands: Commands;
  readonly drop: string;
  readonly keys: DropKeys;
  nowUs = BEGINS_US;

  private constructor(redis: Redis, redisUrl: string, drop: string) {
    this.redis = redis;
    this.redisUrl = redisUrl;
    this.drop = drop;
    this.keys = dropKeys(drop);
    this.commands = new Commands(redis, CLOCK);
    this.commands.clockOf(this.drop).see(this.nowUs);
  }

  /** A drop that opened a second ago, without lobby, at 6,000 a minute, unless said otherwise. */
  static async create(setup: DropSetup = {}): Promise<Line> {
    const redisUrl = await createTestRedis();
    const redis = new Redis(redisUrl);
    await redis.set('test:clock', BEGINS_US);
    const drop = await createDrop(redis, { ...setup, nowUs: BEGINS_US });
    return new Line(redis, redisUrl, drop);
  }

  /** Commands of another instance on the same drop. */
  another(): Commands {
    const commands = new Commands(this.redis, CLOCK);
    commands.clockOf(this.drop).see(this.nowUs);
    return commands;
  }

  async setClock(us: number): Promise<void> {
    this.nowUs = us;
    this.commands.clockOf(this.drop).see(us);
    await this.redis.set('test:clock', us);
  }

  advance(ms: number): Promise<void> {
    return this.setClock(this.nowUs + Math.round(ms * 1000));
  }

  run(name: CommandName, ...args: (string | number)[]): Promise<ScriptReply> {
    return this.commands.run(name, this.drop, args);
  }

  /** Joins as shoppers with random ids; `[code, order]` of each. */
  async joinAll(
    numbers: readonly string[],
    {
      drawnOrders,
      commit = '',
      headStartMs = 0,
      address = () => 'address',
      limit = 1_000_000,
    }: {
      readonly drawnOrders?: readonly number[];
      readonly commit?: string;
      readonly headStartMs?: number;
      readonly address?: (index: number) => string;
      readonly limit?: number;
    } = {},
  ): Promise<{ status: string; phase: string; codes: [number, number][]; reply: ScriptReply }> {
    const columns = {
      ...(drawnOrders && { orders: drawnOrders }),
      ...(headStartMs > 0 && { headStarts: numbers.map(() => headStartMs * 1000) }),
    };
    const text = joinText(numbers, address, columns);
    const reply = await this.run('join-queue', '00000000000000ee', limit, commit, text);
    const [status, , phase] = reply;
    const codes = status === 'ok' ? joinCodes(reply, numbers.length) : [];
    return { status: String(status), phase: String(phase), codes, reply };
  }

  /** `count` new shoppers, in the order of their places. */
  async arrive(count: number): Promise<string[]> {
    const numbers = Array.from({ length: count }, () => newTicket().number);
    for (let from = 0; from < count; from += 500) {
      const { codes } = await this.joinAll(numbers.slice(from, from + 500));
      if (codes.some(([code]) => code !== 0)) throw new Error(`not all joined: ${JSON.stringify(codes)}`);
    }
    return numbers;
  }

  async tick(commands: Commands = this.commands): Promise<Tick> {
    const reply = await commands.run('advance-drop', this.drop, ['00000000000000ee']);
    if (reply[0] !== 'ok') throw new Error(`tick: ${String(reply[0])}`);
    const [, , phase, limitedBy, entered, waiting, present, sessions, called] = reply;
    return {
      phase: String(phase),
      limitedBy: String(limitedBy),
      entered: Number(entered),
      waiting: Number(waiting),
      present: Number(present),
      sessions: Number(sessions),
      called: Number(called),
    };
  }

  /** Ticks every `everyMs` until `ms` have passed. */
  async pass(ms: number, everyMs = 150): Promise<Tick> {
    let tick = await this.tick();
    for (let gone = 0; gone < ms; gone += everyMs) {
      await this.advance(Math.min(everyMs, ms - gone));
      tick = await this.tick();
    }
    return tick;
  }

  /** Asks for entry, each with its own `bind` unless one is given. */
  async checkIn(numbers: readonly string[], bind = 'b'.repeat(43)): Promise<Standing[]> {
    const outcomes: Standing[] = [];
    for (let from = 0; from < numbers.length; from += 500) {
      const slice = numbers.slice(from, from + 500);
      const reply = await this.run('check-in', ...slice.flatMap((number) => [number, bind]));
      if (reply[0] !== 'ok') throw new Error(`check-in: ${String(reply[0])}`);
      const rest = reply.slice(3);
      slice.forEach((_, i) => {
        outcomes.push({ word: String(rest[2 * i]), value: rest[2 * i + 1] as string | number });
      });
    }
    return outcomes;
  }

  /** @param epoch the one the caller believes in; '' for any */
  standing(number: string, epoch = ''): Promise<ScriptReply> {
    return this.commands.read('ticket-standing', this.drop, [number, epoch]);
  }

  /** The checkout's report; `seq` counts by itself. */
  report({
    sellable,
    held = 0,
    inside = 0,
    withoutHold = 0,
    seq = ++this.#seq,
    opened = [],
    vitals = '{}',
  }: {
    readonly sellable: number;
    readonly held?: number;
    readonly inside?: number;
    readonly withoutHold?: number;
    readonly seq?: number;
    readonly opened?: readonly string[];
    readonly vitals?: string;
  }): Promise<ScriptReply> {
    return this.run('report-capacity', seq, sellable, held, inside, withoutHold, vitals, ...opened);
  }
  #seq = 0;

  log(): Promise<Record<string, string>[]> {
    return readLog(this.redis, this.drop);
  }

  close(): void {
    this.redis.disconnect();
  }
}

/** Tickets as join-queue takes them. */
export function joinText(
  numbers: readonly string[],
  address: (index: number) => string = () => 'address',
  columns: Readonly<Record<string, readonly unknown[]>> = {},
): string {
  return JSON.stringify({ numbers, addresses: numbers.map((_, index) => address(index)), ...columns });
}

/** `[code, order]` of each ticket, from the reply of join-queue. */
export function joinCodes(reply: ScriptReply, count: number): [number, number][] {
  const told = new Map<number, [number, number]>();
  for (let at = 5; at < reply.length; at += 4)
    told.set(Number(reply[at]), [Number(reply[at + 1]), Number(reply[at + 2])]);
  let next = Number(reply[4]);
  return Array.from({ length: count }, (_, index) => {
    const one = told.get(index + 1) ?? [0, next];
    if (one[0] === 0 && next > 0) next++;
    return one;
  });
}
