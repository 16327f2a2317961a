/** Writes drops into Redis as the control plane does, and makes shoppers for them. */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { commitOf } from '../../src/domain/draw.ts';
import { DROPS_KEY, dropKeys, pageKey } from '../../src/queue/keys.ts';

/** Policy of a drop that opened a moment ago, without lobby; times are offsets in ms from Redis's own clock. */
export interface DropSetup {
  /** One of its own unless given. */
  readonly id?: string;
  readonly opensInMs?: number;
  readonly lobbyMs?: number;
  readonly closesInMs?: number;
  /** Draws the lobby from a committed seed. */
  readonly drawn?: boolean;
  readonly policy?: Readonly<Record<string, string | number>>;
  readonly returnOrigins?: readonly string[];
  /** More of the page. */
  readonly page?: Readonly<Record<string, unknown>>;
  /** The time the offsets count from; Redis's own unless given. */
  readonly nowUs?: number;
}

let made = 0;

/** Creates a drop of its own name. */
export async function createDrop(redis: Redis, setup: DropSetup = {}): Promise<string> {
  const drop = setup.id ?? `d${process.pid}-${++made}`;
  const { opensInMs = -1000, lobbyMs = 60_000, closesInMs = 3_600_000, drawn = false, policy = {} } = setup;
  const [seconds, micros] = await redis.time();
  const nowUs = setup.nowUs ?? Number(seconds) * 1_000_000 + Number(micros);
  const seed = randomBytes(32).toString('hex');
  const opensUs = nowUs + opensInMs * 1000;
  if (drawn) await redis.set(dropKeys(drop).seed, seed);
  const run = /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? '';
  await redis.hset(dropKeys(drop).control, {
    run_id: run, // as an instance leaves it that has taken the drop
    epoch: 'e0e0e0e0e0e0e0e0',
    policy_version: 1,
    lobby_opens_us: opensUs - lobbyMs * 1000,
    opens_us: opensUs,
    closes_us: nowUs + closesInMs * 1000,
    rate_per_minute: 6000,
    burst_seconds: 1,
    max_sessions: 0,
    max_waiting: 100_000,
    call_window_us: 120_000_000,
    grace_us: 480_000_000,
    token_us: 600_000_000,
    hold_us: 480_000_000,
    return_spread_us: 30_000_000,
    overbook: 1,
    mode: 'always',
    lobby: drawn ? 'draw' : 'fifo',
    stock_bound: 'off',
    override: '',
    commit: drawn ? commitOf(seed) : '',
    ...policy,
  });
  const { returnOrigins = ['https://shop.example'] } = setup;
  const page = {
    name: 'A drop',
    message: { en: 'Hello' },
    returnOrigins,
    defaultReturnTo: null,
    ...setup.page,
  };
  await redis.set(pageKey(drop), JSON.stringify(page));
  // Last: from here on rooms may read it.
  await redis.zadd(DROPS_KEY, Math.round(opensUs / 1000), drop);
  return drop;
}

/** Changes policy as the control plane does: a new version, fields at once. */
export async function tune(
  redis: Redis,
  drop: string,
  fields: Readonly<Record<string, string | number>>,
): Promise<void> {
  const { control } = dropKeys(drop);
  const version = Number(await redis.hget(control, 'policy_version')) + 1;
  await redis.hset(control, { ...fields, policy_version: version });
}

/** A ticket that is in no line yet. */
export function newTicket(): { readonly id: Buffer; readonly number: string } {
  const id = randomBytes(16);
  return { id, number: createHash('sha256').update(id).digest('base64url') };
}

/** base64url of 32 bytes: a `bind` as a connector makes it. */
export function newBind(): string {
  return randomBytes(32).toString('base64url');
}

/** The drop's log, oldest first; those who were granted together, one by one. */
export async function readLog(redis: Redis, drop: string): Promise<Record<string, string>[]> {
  const entries = await redis.xrange(dropKeys(drop).log, '-', '+');
  return entries.flatMap(([, fields]) => {
    const line: Record<string, string> = {};
    for (let i = 0; i < fields.length; i += 2) line[fields[i] as string] = fields[i + 1] as string;
    const { n, o } = line;
    if (line.k !== 'grant' || n === undefined || o === undefined) return [line];
    const orders = o.split(' ');
    return n.split(' ').map((number, at) => ({ ...line, n: number, o: orders[at] as string }));
  });
}
