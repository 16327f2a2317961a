/**
 * What the engine's commands cost Redis with a full line, for the bench `tick`: calling, granting, reading the rank map,
 * while shoppers keep coming; bytes of a waiting shopper; how true interpolated places are. Prints one JSON object.
 *
 * node tick.ts <waiting> <calls of each kind> <joins a second meanwhile>; REDIS_URL names an empty database, and nobody else
 * uses the server.
 */
import { connectRedis, createLogger } from '@sluice/service-kit';
import { Commands } from '../src/queue/commands.ts';
import { burstyArrivals, steadyArrivals } from './arrivals.ts';
import { fillArrivals, fillLobby, fillPlainLine, type Line, removeLine } from './full-line.ts';
import { keepJoining } from './keep-joining.ts';
import { TickMeasurement } from './measure-ticks.ts';
import { measurePositions } from './position-errors.ts';
import { untilSettled } from './settled-redis.ts';

/** A line in which waiting can't cost anything yet. */
const FEW = 1000;
/** Half of the line is called while calling is measured; the rest waits through all of it. */
const CALLED_SHARE = 0.5;

const [waiting = 0, calls = 0, joinsPerSecond = 0] = process.argv.slice(2).map(Number);
const log = createLogger({ name: 'tick', level: 'warn' });
const connect = (name: string) =>
  connectRedis({ url: process.env.REDIS_URL ?? '', name, log, commandTimeoutMs: 60_000 });
const [redis, joins] = [connect('tick'), connect('tick-joins')];
await Promise.all([redis, joins].map((client) => new Promise((resolve) => client.once('ready', resolve))));

async function usedMemory(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

async function idleUs(count: number): Promise<number[]> {
  const line = await fillPlainLine(redis, count);
  const tookUs = await new TickMeasurement(redis, line.drop, calls).idle();
  await removeLine(redis, line);
  return tookUs;
}

async function positionsOf(line: Line) {
  const errors = await measurePositions(redis, new Commands(redis), line.drop, line.sample);
  await removeLine(redis, line);
  return errors;
}

// First, on a server that has held nothing else: what others left behind scatters the memory.
const before = await usedMemory();
const startedAt = performance.now();
const lobby = await fillLobby(redis, waiting);
const fillSeconds = (performance.now() - startedAt) / 1000;
const bytesPerShopper = ((await usedMemory()) - before) / waiting;
const drawn = await measurePositions(redis, new Commands(redis), lobby.drop, lobby.sample);

await untilSettled(redis);
const measurement = new TickMeasurement(redis, lobby.drop, calls);
await measurement.open();
const stopJoining = keepJoining(new Commands(joins), lobby.drop, joinsPerSecond);
const calling = await measurement.calling(CALLED_SHARE);
const granting = await measurement.granting();
const maps = await measurement.rankMaps();
const joinedPerSecond = await stopJoining();
await removeLine(redis, lobby);

const idle = { few: await idleUs(FEW), many: await idleUs(waiting) };
const steady = await positionsOf(await fillArrivals(redis, steadyArrivals(waiting, Math.random)));
const bursty = await positionsOf(await fillArrivals(redis, burstyArrivals(waiting, Math.random)));

console.log(
  JSON.stringify({
    ...{ fillSeconds, bytesPerShopper, joinedPerSecond, idle, maps },
    ...{ calling, granting, positions: { drawn, steady, bursty } },
  }),
);
redis.disconnect();
joins.disconnect();
