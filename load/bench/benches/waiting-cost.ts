/**
 * What waiting costs: Redis and the room with 10, 1,000, 100,000 and 1,000,000 waiting on two instances, who poll the pulse as
 * it says, beside 1,000 requests a second for one's own status and 1,000 event streams. Redis must not notice the crowd.
 */
import { join as joinFile } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText, saveRequests } from '../client/requests.ts';
import { processCpuMs, redisCommands, redisCpuMs } from '../cpu.ts';
import { fillDrop } from '../filled-drops.ts';
import { type Client, startClient } from '../helpers.ts';
import { ADDRESSES, shopperHeaders } from '../shoppers.ts';
import { rounded } from '../statistics.ts';
import { startReceiver } from '../streams/start-receiver.ts';
import { untilMapped } from '../until-mapped.ts';

const DROP = 'bench-waiting';
/** Those who ask for their own status or hold a stream wait here, as many at every level: ten could not ask that often. */
const ASKERS_DROP = 'bench-askers';
const LEVELS = [10, 1_000, 100_000, 1_000_000];
const LEVELS_SHORT = [10, 1_000];
const ASKERS = 9_000;
const ASKERS_SHORT = 400;
const STATUSES_PER_SECOND = 1_000;
const STREAMS = 1_000;
const STREAMS_SHORT = 40;
/** What client and services on two cores carry beside everything else; a larger crowd's polls are driven in part. */
const PULSES_PER_SECOND_MAX = 4_000;
const WINDOW_MS = 15_000;
const WINDOW_MS_SHORT = 1_000;
const CONNECTIONS = 64;

export const waitingCost: Bench = {
  name: 'waiting-cost',
  summary: 'what 10, 1,000, 100,000 and 1,000,000 who wait cost Redis and the room',
  services: { rooms: 2 },
  run,
};

interface Level {
  readonly waiting: number;
  /** Of all waiting, at the cadence they are told; and those that were really made. */
  readonly pulsesPerSecondTold: number;
  readonly pulsesPerSecond: number;
  readonly statusesPerSecond: number;
  readonly redisCommandsPerSecond: number;
  readonly redisCpuMsPerSecond: number;
  readonly roomCpuMsPerSecond: number;
}

async function run(context: BenchContext): Promise<Figures> {
  const { stack, isShort, note } = context;
  for (const id of [DROP, ASKERS_DROP]) {
    await createDrop(stack, {
      id,
      opensAt: new Date(),
      // Nobody is called: this is about those who wait.
      admission: { lobby: 'fifo', lobbySeconds: 0, ratePerMinute: 0 },
      products: [{ sku: 'unit', stock: 1_000 }],
    });
    for (const { url } of stack.rooms) await waitForPhase(url, id, ['open']);
  }
  const count = isShort ? ASKERS_SHORT : ASKERS;
  const askers = await fillDrop(context, ASKERS_DROP, { count, tickets: count });
  for (const { url } of stack.rooms) await untilMapped(url, ASKERS_DROP, count);
  const seats = await seatsOf(context, askers);

  const levels: Level[] = [];
  let waiting = 0;
  for (const wanted of isShort ? LEVELS_SHORT : LEVELS) {
    await fillDrop(context, DROP, { count: wanted - waiting });
    waiting = wanted;
    await untilSettled(context, waiting);
    levels.push(await measureLevel(context, seats, waiting));
    note(JSON.stringify(levels.at(-1)));
  }
  return figuresOf(levels);
}

/** One for each instance: a client that asks for pulses, one for statuses. */
interface Seat {
  readonly port: number;
  readonly pid: number;
  readonly pulses: Client;
  readonly statuses: Client;
  readonly pulsesFile: string;
  readonly statusesFile: string;
}

/** Clients at every instance, and the streams, which stay open through all levels. */
async function seatsOf({ stack, folder, isShort }: BenchContext, tickets: string[]): Promise<Seat[]> {
  const { rooms } = stack;
  const streams = (isShort ? STREAMS_SHORT : STREAMS) / rooms.length;
  const receiver = await startReceiver();
  const seats: Seat[] = [];
  for (const [index, { url, pid }] of rooms.entries()) {
    const { host, port } = new URL(url);
    const pulsesFile = joinFile(folder, `pulses-${index}.json`);
    const statusesFile = joinFile(folder, `statuses-${index}.json`);
    const get = (path: string, n: number, more = {}) =>
      requestText({ method: 'GET', path, host, headers: { ...shopperHeaders(n), ...more } });
    saveRequests(
      pulsesFile,
      Array.from({ length: ADDRESSES }, (_, n) => get(`/v1/drops/${DROP}/pulse`, n)),
    );
    const own = (what: string) => (ticket: string, n: number) =>
      get(`/v1/drops/${ASKERS_DROP}/${what}`, n, { authorization: `Ticket ${ticket}` });
    saveRequests(statusesFile, tickets.map(own('ticket')));
    const [pulses, statuses] = await Promise.all([startClient(), startClient()]);
    await receiver.open(
      Number(port),
      tickets.slice(index * streams, (index + 1) * streams).map(own('stream')),
    );
    seats.push({ ...{ port: Number(port), pid, pulses, statuses, pulsesFile, statusesFile } });
  }
  return seats;
}

/** The pulse tells of everybody, and Redis has written its files anew where it wanted to. */
async function untilSettled({ stack, redis }: BenchContext, waiting: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const response = await fetch(`${stack.rooms[0]?.url}/v1/drops/${DROP}/pulse`);
    const pulse = (await response.json()) as { waiting: number };
    const persistence = await redis.info('persistence');
    const isWriting = /aof_rewrite_(?:in_progress|scheduled):1/.test(persistence);
    if (pulse.waiting === waiting && !isWriting) return;
    if (performance.now() > deadline) throw new Error(`${pulse.waiting} of ${waiting} wait`);
    await pause(200);
  }
}

async function measureLevel(
  { stack, redis, isShort }: BenchContext,
  seats: Seat[],
  waiting: number,
): Promise<Level> {
  const response = await fetch(`${stack.rooms[0]?.url}/v1/drops/${DROP}/pulse`);
  const { pollAfterMs } = (await response.json()) as { pollAfterMs: number };
  const told = (waiting * 1000) / pollAfterMs;
  const driven = Math.min(told, PULSES_PER_SECOND_MAX);
  const durationMs = isShort ? WINDOW_MS_SHORT : WINDOW_MS;
  const read = async () => ({
    at: performance.now(),
    commands: await redisCommands(redis),
    redisMs: await redisCpuMs(redis),
    roomMs: seats.reduce((sum, { pid }) => sum + (processCpuMs(pid) ?? Number.NaN), 0),
  });
  const before = await read();
  const drives = seats.map(async ({ port, pulses, statuses, pulsesFile, statusesFile }) => {
    const shared = { port, durationMs, expectedStatus: 200 };
    const share = (all: number) => {
      const perSecond = all / seats.length;
      // A room takes a connection back that has asked for nothing in ten seconds.
      return { arrivalsPerSecond: perSecond, connections: Math.min(CONNECTIONS, Math.ceil(perSecond)) };
    };
    const [ofPulse, ofStatus] = await Promise.all([
      pulses.drive({ ...shared, ...share(driven), requestsFile: pulsesFile }),
      statuses.drive({ ...shared, ...share(STATUSES_PER_SECOND), requestsFile: statusesFile }),
    ]);
    return { pulses: ofPulse.answers, statuses: ofStatus.answers };
  });
  const answers = await Promise.all(drives);
  const after = await read();
  const seconds = (after.at - before.at) / 1000;
  const sum = (of: 'pulses' | 'statuses') => answers.reduce((all, answer) => all + answer[of], 0) / seconds;
  return {
    waiting,
    pulsesPerSecondTold: rounded(told),
    pulsesPerSecond: rounded(sum('pulses')),
    statusesPerSecond: rounded(sum('statuses')),
    redisCommandsPerSecond: rounded((after.commands - before.commands) / seconds),
    redisCpuMsPerSecond: rounded((after.redisMs - before.redisMs) / seconds),
    roomCpuMsPerSecond: rounded((after.roomMs - before.roomMs) / seconds),
  };
}

function figuresOf(levels: readonly Level[]): Figures {
  const [least, most] = [levels[0] as Level, levels.at(-1) as Level];
  const maxOverMin = (of: (level: Level) => number) =>
    rounded(Math.max(...levels.map(of)) / Math.min(...levels.map(of)));
  const pulseCpuUs =
    ((most.roomCpuMsPerSecond - least.roomCpuMsPerSecond) * 1000) /
    (most.pulsesPerSecond - least.pulsesPerSecond);
  const pulsesPerMinute = (most.pulsesPerSecondTold * 60) / most.waiting;
  return {
    ratio: rounded(least.redisCpuMsPerSecond / most.redisCpuMsPerSecond),
    value: most.redisCpuMsPerSecond,
    baseline: least.redisCpuMsPerSecond,
    unit: `ms of Redis a second with ${most.waiting.toLocaleString('en')} waiting, against ${least.waiting}`,
    cpuRatio: null,
    storeCpuUs: rounded((most.redisCpuMsPerSecond * 1000) / (most.pulsesPerSecond + most.statusesPerSecond)),
    redisCommandsMaxOverMin: maxOverMin((level) => level.redisCommandsPerSecond),
    redisCpuMaxOverMin: maxOverMin((level) => level.redisCpuMsPerSecond),
    pulseCpuUs: rounded(pulseCpuUs),
    /** CPU of the room for one who waits, in a minute, at the cadence of the pulse. */
    roomCpuUsPerShopperMinute: rounded(pulseCpuUs * pulsesPerMinute),
    drivenShare: rounded(most.pulsesPerSecond / most.pulsesPerSecondTold, 2),
    waitingLevels: levels,
    bars: {},
    limits: { redisCommandsMaxOverMin: 1.1, redisCpuMaxOverMin: 1.1 },
  };
}
