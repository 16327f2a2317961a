import { createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSharedCounts } from '../src/shared-counts.ts';

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await createTestRedis());
});
afterAll(() => redis.disconnect());

const routeInfo = { method: 'POST', url: '/x' };

function createInstance(connection: Redis, now: () => number) {
  const counts = createSharedCounts({ redis: connection, now });
  const route = counts.store.child({ routeInfo });
  /** Counts `times` requests of a key and answers the last count. */
  const ask = (key: string, times = 1, max = 100) => {
    const last = { current: 0, ttl: 0 };
    for (let at = 0; at < times; at++) {
      route.incr(key, (_error, result) => result && Object.assign(last, result), 60_000, max);
    }
    return { ...last };
  };
  return { ...counts, ask };
}

test('two instances count together after a round', async () => {
  const now = () => 120_000;
  const [one, two] = [createInstance(redis, now), createInstance(redis, now)];
  one.ask('a', 40);
  two.ask('a', 50);
  await one.sync();
  await two.sync();
  await one.sync();
  expect(one.ask('a').current).toBe(91);
  await one.sync();
  await two.sync();
  expect(two.ask('a').current).toBe(92);
  one.close();
  two.close();
});

test('a client that asks now and then costs Redis nothing', async () => {
  const instance = createInstance(redis, () => 240_000);
  for (let at = 0; at < 1000; at++) instance.ask(`quiet-${at}`, 9);
  await instance.sync();
  expect(await redis.keys('limit:*quiet*')).toEqual([]);
  instance.ask('quiet-1');
  await instance.sync();
  expect(await redis.keys('limit:*quiet*')).toHaveLength(1);
  instance.close();
});

test('a new window starts from nothing, and the time to it is said', () => {
  let time = 360_000;
  const instance = createInstance(redis, () => time);
  expect(instance.ask('w', 30)).toEqual({ current: 30, ttl: 60_000 });
  time += 59_999;
  expect(instance.ask('w')).toEqual({ current: 31, ttl: 1 });
  time += 1;
  expect(instance.ask('w')).toEqual({ current: 1, ttl: 60_000 });
  instance.close();
});

test('without Redis an instance goes by its own count and no request waits', async () => {
  const gone = new Redis({
    port: 1,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  gone.on('error', () => {});
  const alone = createInstance(gone, () => 480_000);
  expect(alone.ask('g', 60).current).toBe(60);
  await alone.sync();
  expect(alone.ask('g', 41).current).toBe(101);
  alone.close();
});
