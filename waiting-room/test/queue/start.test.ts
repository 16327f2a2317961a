/** What a room asks of its Redis before it starts. */
import { createLogger, createMetrics } from '@sluice/service-kit';
import { waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createQueue } from '../../src/queue/create-queue.ts';
import { createDrop } from '../support/drop.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';

const log = createLogger({ name: 'waiting-room', level: 'silent', pretty: false, instance: 'test' });
let server: RedisServer;
let redis: Redis;
beforeEach(async () => {
  server = await startRedisServer();
  redis = new Redis(server.port, '127.0.0.1', {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 20,
  });
  redis.on('error', () => {});
});
afterEach(async () => {
  redis.disconnect();
  await server.remove();
});

const queueOn = () =>
  createQueue({
    redis,
    redisUrl: `redis://127.0.0.1:${server.port}`,
    log,
    metrics: createMetrics({ service: 'waiting-room', instance: 'test' }),
    instanceId: 'test',
  });

test('Q5: a room does not start on a Redis that may evict keys, and says what to set', async () => {
  for (const policy of ['allkeys-lru', 'volatile-ttl', 'allkeys-random', 'volatile-lfu']) {
    await server.client().config('SET', 'maxmemory-policy', policy);
    const queue = queueOn();
    await expect(queue.start()).rejects.toMatchObject({
      faults: [expect.stringMatching(new RegExp(`^REDIS_URL: .*noeviction.*${policy}`))],
    });
    await queue.close();
  }
  await server.client().config('SET', 'maxmemory-policy', 'noeviction');
  const queue = queueOn();
  await queue.start();
  await queue.close();
});

test('a room that is started before its Redis waits for it, and knows its drops as soon as it is there', async () => {
  const drop = await createDrop(server.client());
  await server.stop();
  const queue = queueOn();
  let started = false;
  const starting = queue.start().then(() => {
    started = true;
  });
  await waitUntil(async () => redis.status === 'reconnecting' || redis.status === 'close');
  expect(started).toBe(false);
  await server.start();
  await starting;
  await waitUntil(() => queue.view(drop));
  await queue.close();
});
