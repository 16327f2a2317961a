/** A machine that stands still as a whole, room and Redis, and goes on: nobody is told that the queue cannot be reached. */
import { createLogger, createMetrics, openRedis } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMAND_TIMEOUT_MS } from '../../src/queue/commands.ts';
import { createQueue, type RunningQueue } from '../../src/queue/create-queue.ts';
import { dropKeys } from '../../src/queue/keys.ts';
import { EVERYONE } from '../../src/queue/queue.ts';
import { createDrop, newTicket } from '../support/drop.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';

let server: RedisServer;
let redis: Redis;
let queue: RunningQueue;
beforeEach(async () => {
  server = await startRedisServer();
  const redisUrl = `redis://127.0.0.1:${server.port}`;
  redis = openRedis({ url: redisUrl, name: 'test', commandTimeoutMs: COMMAND_TIMEOUT_MS });
  redis.on('error', () => {});
  const log = createLogger({ name: 'waiting-room', level: 'silent', pretty: false, instance: 'test' });
  const metrics = createMetrics({ service: 'waiting-room', instance: 'test' });
  queue = createQueue({ redis, redisUrl, log, metrics, instanceId: 'test' });
});
afterEach(async () => {
  await queue.close();
  redis.disconnect();
  await server.remove();
});

test('Q2: a join that was under way when the machine stood still is late, does nothing, and is made again: one place', async () => {
  const drop = await createDrop(server.client(), { policy: { override: 'paused' } });
  await queue.start();
  const join = () => queue.join(drop, { ...newTicket(), class: EVERYONE, addressDigest: 'address' });
  await join();
  server.signal('SIGSTOP');
  const joining = join();
  // A turn for the batch: the command has left.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * COMMAND_TIMEOUT_MS);
  server.signal('SIGCONT');
  expect((await joining).status).toBe('joined');
  expect(await server.client().zcard(dropKeys(drop).waiting)).toBe(2);
});
