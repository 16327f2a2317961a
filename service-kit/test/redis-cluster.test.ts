/** The client on a real Cluster: what every service counts on, while a primary hangs, dies and is replaced. */
import { performance } from 'node:perf_hooks';
import { startRedisCluster, type TestCluster, waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLogger } from '../src/logger.ts';
import { anotherConnection, connectRedis, primariesOf } from '../src/redis.ts';
import { createSharedCounts } from '../src/shared-counts.ts';
import { isStoreFault } from '../src/store-fault.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let cluster: TestCluster;
let redis: Redis;
beforeAll(async () => {
  cluster = await startRedisCluster();
  const log = createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' });
  redis = connectRedis({ url: cluster.url, name: 'test', log });
  await waitUntil(() => redis.ping());
});
afterAll(async () => {
  redis?.disconnect();
  await cluster?.remove();
});

test('keys of every primary are read and written, and the primaries are named', async () => {
  const homes = new Set<number>();
  for (let at = 0; homes.size < cluster.primaries.length; at++) {
    homes.add((await cluster.homeOf(`key-${at}`)).port);
    await redis.set(`key-${at}`, at);
    expect(await redis.get(`key-${at}`)).toBe(String(at));
  }
  expect(primariesOf(redis)).toHaveLength(cluster.primaries.length);
});

test('1.10: counts of limits are shared, those of a route on one primary', async () => {
  const [one, two] = [
    createSharedCounts({ redis, now: () => 0 }),
    createSharedCounts({ redis, now: () => 0 }),
  ];
  const count = (counts: typeof one, key: string, times: number) => {
    let current = 0;
    for (let at = 0; at < times; at++)
      counts.store.incr(key, (_error, result) => (current = result?.current ?? 0), 60_000, 100);
    return current;
  };
  for (let at = 0; at < 30; at++) {
    count(one, `k${at}`, 40);
    count(two, `k${at}`, 50);
  }
  for (const counts of [one, two]) await counts.sync();
  for (let at = 0; at < 30; at++) count(one, `k${at}`, 6);
  await one.sync();
  for (let at = 0; at < 30; at++) expect(count(one, `k${at}`, 1)).toBe(97);
  one.close();
  two.close();
});

test('promise 8: a primary that hangs, then dies: commands fail in time as a store fault, others go on, its replica takes over', async () => {
  const other = anotherConnection(redis);
  await waitUntil(() => other.ping());
  const dying = await cluster.homeOf('dying');
  const replica = cluster.replicas[cluster.primaries.indexOf(dying)];
  if (!replica) throw new Error('no replica');
  let safe = 'safe';
  while ((await cluster.homeOf(safe)) === dying) safe += '!';
  await redis.set('dying', 'kept');
  expect(await dying.client.wait(1, 5000)).toBeGreaterThanOrEqual(1);
  await redis.set(safe, 'kept');

  const expectFault = async () => {
    const startedAt = performance.now();
    const error = await redis.get('dying').then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(performance.now() - startedAt).toBeLessThan(5000); // it waits at all: the limit is half a second
    return error;
  };
  dying.signal('SIGSTOP');
  expect(isStoreFault(await expectFault())).toBe(true);
  expect(await redis.get(safe)).toBe('kept');
  await dying.kill();
  const seen = new Set<unknown>();
  const taking = waitUntil(() => seen.size > 0).then(() => cluster.takeOver(replica));
  await waitUntil(
    async () => {
      const error = await expectFault();
      if (error === null) return true;
      seen.add(String(error));
      expect([String(error), isStoreFault(error)]).toEqual([String(error), true]);
      expect(await redis.get(safe)).toBe('kept');
      return false;
    },
    { timeoutMs: 60_000 },
  );
  await taking;
  expect(await redis.get('dying')).toBe('kept');
  expect(await waitUntil(() => other.get('dying').catch(() => null))).toBe('kept');
  other.disconnect();
});
