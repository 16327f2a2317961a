/**
 * Simulates a whole drop on the room's own code and prints what came of it as one JSON object.
 *
 * node simulate-drop.ts '<plan as JSON>'; REDIS_URL names an empty database.
 */
import { connectRedis, createLogger } from '@sluice/service-kit';
import type { SimulationPlan } from './simulation/plan.ts';
import { SimulatedDrop } from './simulation/simulated-drop.ts';

const plan = JSON.parse(process.argv[2] ?? '') as SimulationPlan;
const redis = connectRedis({
  ...{ url: process.env.REDIS_URL ?? '', name: 'simulate-drop', commandTimeoutMs: 60_000 },
  log: createLogger({ name: 'simulate-drop', level: 'warn' }),
});
await new Promise((resolve) => redis.once('ready', resolve));
const startedAt = performance.now();
const simulated = await new SimulatedDrop(redis, plan).run();
const usedMemory = Number(/used_memory_peak:(\d+)/.exec(await redis.info('memory'))?.[1]);
const tookSeconds = (performance.now() - startedAt) / 1000;
redis.disconnect();
console.log(JSON.stringify({ ...simulated, redisBytes: usedMemory, tookSeconds }));
