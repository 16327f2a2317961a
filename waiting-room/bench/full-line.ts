/** Lines of any length and shape: a drawn lobby that can be opened, and arrivals whose times are set. */
import type { Redis } from 'ioredis';
import { drawnOrder } from '../src/domain/draw.ts';
import { Commands, MEMBERS_MAX } from '../src/queue/commands.ts';
import { dropKeys } from '../src/queue/keys.ts';
import { Seeds } from '../src/queue/seeds.ts';
import { createDrop } from '../test/support/drop.ts';
import { fillLine, joinTogether } from './fill-line.ts';
import { untilSettled } from './settled-redis.ts';

/** Looked up afterwards: enough to see one shopper in a thousand who is told wrong. */
const SAMPLE = 20_000;

const CLOCK = new URL('../test/support/clock.lua', import.meta.url);
/** When set time begins: arrivals lie above every drawn order. */
const BEGINS_US = 1_760_000_000_000_000;
/** Arrivals within this go in one call, as an instance collects them. */
const WINDOW_US = 5000;
const CALLS_UNDER_WAY = 64;

export interface Line {
  readonly drop: string;
  /** Public numbers of some who wait, evenly taken. */
  readonly sample: readonly string[];
}

/** Room for the line and for those who join while it is measured; nobody's turn runs out meanwhile. */
function policyFor(count: number) {
  return { max_waiting: 2 * count + 1_000_000, call_window_us: 3_600_000_000, rate_per_minute: 0 };
}

function sampler(count: number) {
  const every = Math.max(1, Math.floor(count / SAMPLE));
  const sample: string[] = [];
  let seen = 0;
  return {
    sample,
    keep: ({ number }: { readonly number: string }) => {
      if (seen++ % every === 0) sample.push(number);
    },
  };
}

/** Shoppers who came one after another, without a lobby. */
export async function fillPlainLine(redis: Redis, count: number): Promise<Line> {
  const drop = await createDrop(redis, { policy: policyFor(count) });
  const { sample, keep } = sampler(count);
  await fillLine(new Commands(redis), drop, { count, onJoined: keep });
  return { drop, sample };
}

/** A lobby whose orders are drawn from a committed seed. */
export async function fillLobby(redis: Redis, count: number): Promise<Line> {
  const policy = policyFor(count);
  const drop = await createDrop(redis, { drawn: true, opensInMs: 3_500_000, lobbyMs: 3_600_000, policy });
  const seeds = new Seeds(redis);
  await seeds.load(drop);
  const seed = seeds.current(drop);
  if (seed === null) throw new Error('the drop has no seed');
  const { sample, keep } = sampler(count);
  await fillLine(new Commands(redis), drop, {
    count,
    commit: seed.commit,
    drawnOrderOf: (number) => drawnOrder(seed.key, number, { band: 1, chances: 1 }),
    onJoined: keep,
  });
  return { drop, sample };
}

/** @param instants µs from the first arrival, ascending */
export async function fillArrivals(redis: Redis, instants: Float64Array): Promise<Line> {
  await redis.set('test:clock', BEGINS_US);
  const policy = policyFor(instants.length);
  const drop = await createDrop(redis, { nowUs: BEGINS_US, closesInMs: 3_600_000_000, policy });
  const commands = new Commands(redis, CLOCK);
  const { sample, keep } = sampler(instants.length);
  const windowOf = (index: number) => Math.floor((instants[index] as number) / WINDOW_US);
  const underWay = new Set<Promise<void>>();
  for (let from = 0, to = 0; from < instants.length; from = to) {
    while (to < instants.length && to - from < MEMBERS_MAX && windowOf(to) === windowOf(from)) to++;
    const atUs = BEGINS_US + (windowOf(from) + 1) * WINDOW_US;
    // One connection keeps them in this order: the clock is set when the call runs.
    commands.clockOf(drop).see(atUs);
    void redis.set('test:clock', atUs);
    const one = joinTogether(commands, drop, to - from, { onJoined: keep }).finally(() =>
      underWay.delete(one),
    );
    underWay.add(one);
    if (underWay.size >= CALLS_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return { drop, sample };
}

/** Everything of a drop goes, so that the next one is measured alone. */
export async function removeLine(redis: Redis, { drop }: Line): Promise<void> {
  await redis.unlink(...Object.values(dropKeys(drop)));
  await untilSettled(redis);
}
