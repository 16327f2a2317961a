import { createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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

test('two instances count together, each out by a tenth of what was left when it last heard', async () => {
  const now = () => 120_000;
  const [one, two] = [createInstance(redis, now), createInstance(redis, now)];
  one.ask('a', 40);
  two.ask('a', 50);
  await one.sync();
  await two.sync();
  // Two has heard of both; one may go on by itself for six more of the 60 that it believes are left.
  expect(two.ask('a').current).toBe(91);
  expect(one.ask('a', 5).current).toBe(45);
  await one.sync();
  expect(one.ask('a').current).toBe(46);
  await one.sync();
  expect(one.ask('a').current).toBe(97);
  one.close();
  two.close();
});

test('a key close to its limit is told in each round', async () => {
  const now = () => 180_000;
  const [one, two] = [createInstance(redis, now), createInstance(redis, now)];
  one.ask('close', 95);
  await one.sync();
  two.ask('close', 10);
  await two.sync();
  for (let at = 1; at <= 5; at++) {
    one.ask('close');
    await one.sync();
  }
  expect(one.ask('close').current).toBe(111);
  expect(two.ask('close').current).toBe(106);
  await two.sync();
  expect(two.ask('close').current).toBe(112);
  one.close();
  two.close();
});

test('a client that asks now and then costs Redis nothing', async () => {
  const instance = createInstance(redis, () => 240_000);
  for (let at = 0; at < 1000; at++) instance.ask(`quiet-${at}`, 9);
  await instance.sync();
  expect(await redis.exists('limit:{POST /x}:4')).toBe(0);
  instance.ask('quiet-1');
  await instance.sync();
  expect(await redis.hgetall('limit:{POST /x}:4')).toEqual({ 'quiet-1': '10' });
  expect(await redis.pttl('limit:{POST /x}:4')).toBeGreaterThan(0);
  instance.close();
});

test('promise 9: a busy crowd costs Redis a call for each 500, and nothing more until they have asked again', async () => {
  const instance = createInstance(redis, () => 300_000);
  const calls = vi.spyOn(redis, 'eval');
  for (let at = 0; at < 1200; at++) instance.ask(`busy-${at}`, 20);
  await instance.sync();
  expect(calls).toHaveBeenCalledTimes(3);
  for (let at = 0; at < 1200; at++) instance.ask(`busy-${at}`, 7);
  await instance.sync();
  expect(calls).toHaveBeenCalledTimes(3);
  instance.ask('busy-7');
  await instance.sync();
  expect(calls).toHaveBeenCalledTimes(4);
  expect(instance.ask('busy-7').current).toBe(29);
  calls.mockRestore();
  instance.close();
});

test('what Redis did not hear of is told in the next round, with what came since', async () => {
  const instance = createInstance(redis, () => 420_000);
  const calls = vi.spyOn(redis, 'eval').mockRejectedValueOnce(new Error('connection lost'));
  instance.ask('again', 20);
  await instance.sync();
  instance.ask('again', 2);
  await instance.sync();
  expect(await redis.hgetall('limit:{POST /x}:7')).toEqual({ again: '22' });
  calls.mockRestore();
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
