/**
 * Many drops on three instances: a hundred are scheduled, three are live, and on one of these everybody joins at once. How long
 * the other two then go without a tick, by Redis's own clock; and that the scheduled ones have had none.
 */
import { mkdtempSync } from 'node:fs';
import { join as joinFile } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { fillDrop } from '../filled-drops.ts';
import { type Client, startClient } from '../helpers.ts';
import { joinOnce, saveJoins } from '../shoppers.ts';
import { rounded } from '../statistics.ts';

const STORMY = 'bench-stormy';
const CALM = ['bench-calm-1', 'bench-calm-2'];
/** Those who wait in a calm drop: enough that it is ticked. */
const CALM_WAITING = 100;
const SCHEDULED = 100;
const SCHEDULED_SHORT = 5;
/** Control plane and checkout write a drop each: a few at a time. */
const SCHEDULED_AT_ONCE = 4;
const WATCH_MS = 20_000;
const WATCH_MS_SHORT = 1_500;
/** Of each instance, all busy the whole time. */
const CONNECTIONS = 64;
/** A drop with shoppers is due this often on each instance (waiting-room/src/domain/tick-cadence.ts). */
const TICK_MS = 150;
/** Ticks that are closer to each other than this are seen as one, and the gap before them as longer than it was. */
const LOOK_MS = 4;
const HOUR_MS = 3_600_000;

export const storm: Bench = {
  name: 'storm',
  summary: 'how late a tick of one drop is while everybody joins another, on three instances',
  services: { rooms: 3 },
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, isShort, note } = context;
  const live = [STORMY, ...CALM];
  for (const id of live) await createDrop(stack, planOf(id, new Date()));
  const scheduled = await scheduleDrops(context, isShort ? SCHEDULED_SHORT : SCHEDULED);
  for (const { url } of stack.rooms) {
    for (const id of live) await waitForPhase(url, id, ['open']);
    for (const id of scheduled) await waitForPhase(url, id, ['scheduled']);
  }
  for (const id of CALM) await fillDrop(context, id, { count: CALM_WAITING });
  await joinOnce(context, STORMY);
  const seats = await Promise.all(stack.rooms.map(({ url }) => seatAt(context, url)));

  const durationMs = isShort ? WATCH_MS_SHORT : WATCH_MS;
  const before = await watchTicks(redis, durationMs);
  const [joins, during] = await Promise.all([stormFrom(seats, durationMs), watchTicks(redis, durationMs)]);
  note(`${Math.round(joins).toLocaleString('en')} joined the stormy drop a second`);
  await demandUnticked(redis, scheduled);
  return {
    ratio: null,
    value: rounded(during.longestGapMs),
    baseline: rounded(before.longestGapMs),
    unit: 'ms that another drop went without a tick at most, against before the storm',
    cpuRatio: null,
    storeCpuUs: null,
    tickLateMs: rounded(Math.max(0, during.longestGapMs - TICK_MS)),
    /** Of each calm drop, by all instances together; some are seen as one. */
    ticksPerSecond: rounded(during.perSecond),
    ticksPerSecondBefore: rounded(before.perSecond),
    stormJoinsPerSecond: Math.round(joins),
    instances: stack.rooms.length,
    scheduledDrops: scheduled.length,
    bars: {},
    limits: { tickLateMs: 100 },
  };
}

function planOf(id: string, opensAt: Date): Parameters<typeof createDrop>[1] {
  // Nobody comes forward here: those who were called stay where they are, and so does what a tick looks at.
  const windows = { callWindowSeconds: 3600, graceSeconds: 3600 };
  return {
    id,
    opensAt,
    admission: { lobby: 'fifo', lobbySeconds: 0, ...windows },
    products: [{ sku: 'unit', stock: 1_000 }],
  };
}

async function scheduleDrops({ stack }: BenchContext, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `bench-scheduled-${n}`);
  const opensAt = new Date(Date.now() + HOUR_MS);
  const waiting = ids.values();
  const make = async () => {
    for (const id of waiting) await createDrop(stack, planOf(id, opensAt));
  };
  await Promise.all(Array.from({ length: SCHEDULED_AT_ONCE }, make));
  return ids;
}

/** A client for one instance, with shoppers of its own: a nonce is one shopper's. */
interface Seat {
  readonly port: number;
  readonly client: Client;
  readonly requestsFile: string;
}

async function seatAt(context: BenchContext, url: string): Promise<Seat> {
  const folder = mkdtempSync(joinFile(context.folder, 'seat-'));
  const requestsFile = saveJoins({ ...context, folder }, STORMY);
  return { port: Number(new URL(url).port), client: await startClient(), requestsFile };
}

/** @returns joins a second on all instances */
async function stormFrom(seats: readonly Seat[], durationMs: number): Promise<number> {
  const all = seats.map(({ port, client, requestsFile }) =>
    client.drive({ port, requestsFile, durationMs, connections: CONNECTIONS, expectedStatus: 201 }),
  );
  return (await Promise.all(all)).reduce((sum, { perSecond }) => sum + perSecond, 0);
}

interface Ticks {
  /** The longest time, by Redis's clock, that any of the calm drops went without one. */
  readonly longestGapMs: number;
  readonly perSecond: number;
}

async function watchTicks(redis: Redis, durationMs: number): Promise<Ticks> {
  const seen = CALM.map(() => new Set<number>());
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt) {
    const looks = await Promise.all(CALM.map((drop) => tickedAtUs(redis, drop)));
    for (const [index, atUs] of looks.entries()) if (atUs !== null) seen[index]?.add(atUs);
    await pause(LOOK_MS);
  }
  const gapsMs = seen.map((times) => {
    const sorted = [...times].sort((a, b) => a - b);
    return sorted.slice(1).map((us, index) => (us - (sorted[index] as number)) / 1000);
  });
  if (gapsMs.some((gaps) => gaps.length === 0)) throw new Error('a calm drop was not ticked at all');
  const ticks = gapsMs.reduce((sum, gaps) => sum + gaps.length, 0) / CALM.length;
  return { longestGapMs: Math.max(...gapsMs.flat()), perSecond: (ticks * 1000) / durationMs };
}

/** When the last tick was, by Redis's clock; null for a drop that never had one. */
async function tickedAtUs(redis: Redis, drop: string): Promise<number | null> {
  const text = await redis.hget(`wr:{${drop}}:control`, 'clock_seen_us');
  return text === null ? null : Number(text);
}

/** @throws Error where an idle drop has cost a tick */
async function demandUnticked(redis: Redis, drops: readonly string[]): Promise<void> {
  const times = await Promise.all(drops.map((drop) => tickedAtUs(redis, drop)));
  const ticked = drops.filter((_, index) => times[index] !== null);
  if (ticked.length > 0) throw new Error(`scheduled drops were ticked: ${ticked.join(', ')}`);
}
