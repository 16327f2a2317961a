/** The control plane on a real Redis Cluster: plans are written, compared, shown, archived and cleaned up wherever their slots lie. */
import { connectRedis, createLogger } from '@sluice/service-kit';
import {
  type ClusterNode,
  startRedisCluster,
  type TestCluster,
  waitUntil,
} from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { archiveDrop } from '../../src/acts/archive-drop.ts';
import { createArchiveSource } from '../../src/projection/archive-source.ts';
import { DROPS_KEY, dropKeys, pageKey } from '../../src/projection/keys.ts';
import { createProjection } from '../../src/projection/projection.ts';
import { createEndedDrop, type EndedDrop } from '../support/ended-drop.ts';
import { openStores, type TestStores } from '../support/stores.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let cluster: TestCluster;
let stores: TestStores;
let redis: Redis;
beforeAll(async () => {
  cluster = await startRedisCluster();
  stores = await openStores();
  const log = createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' });
  redis = connectRedis({ url: cluster.url, name: 'test', log, commandTimeoutMs: 2000 });
  await waitUntil(() => redis.ping());
});
afterAll(async () => {
  redis?.disconnect();
  await stores?.close();
  await cluster?.remove();
});

test('Q1: drops on every primary are written, compared, shown and archived; a dead primary hides only its own', async () => {
  const [projection, source] = [createProjection(redis), createArchiveSource(redis)];
  const plane = { ...stores.plane, source };
  const drops: EndedDrop[] = [];
  const homes = new Set<unknown>();
  while (homes.size < cluster.primaries.length) {
    const drop = await createEndedDrop({ plane, projection, redis }, { lines: 200 });
    drops.push(drop);
    homes.add(await cluster.homeOf(dropKeys(drop.id).control));
  }
  const expected = await stores.plane.drops.projected();
  const ids = expected.map(({ id }) => id);
  expect(await projection.lacking(expected)).toEqual([]);
  const lost = drops[0] as EndedDrop;
  await redis.del(pageKey(lost.id));
  expect(await projection.lacking(expected)).toEqual([lost.id]);
  const live = await projection.live(ids);
  expect([...live.values()].map(({ phase, joinedTotal }) => [phase, joinedTotal])).toEqual(
    ids.map(() => ['closed', 70]),
  );
  expect((await source.scan()).map(({ drop }) => drop).sort()).toEqual([...ids].sort());

  const plan = await stores.plane.drops.find(lost.id);
  if (!plan) throw new Error('no plan');
  const outcome = await archiveDrop(plane, plan, {
    archiveAfterMs: 0,
    now: new Date(),
    report: async () => null,
  });
  expect(outcome).toMatchObject({ status: 'archived' });
  expect((await source.scan()).map(({ drop }) => drop)).not.toContain(lost.id);

  // One that holds neither the list of drops nor their pages may die: only its drops are not told of.
  const listHome = await cluster.homeOf(DROPS_KEY);
  const dying = cluster.primaries.find((node) => node !== listHome);
  if (!dying) throw new Error('no other primary');
  const rest = drops.filter(({ id }) => id !== lost.id);
  const alive: string[] = [];
  for (const { id } of rest) if ((await cluster.homeOf(dropKeys(id).control)) !== dying) alive.push(id);
  await dying.kill();
  const shown = await projection.live(rest.map(({ id }) => id));
  for (const id of alive) expect(shown.get(id)?.joinedTotal).toBe(70);
  await cluster.takeOver(cluster.replicas[cluster.primaries.indexOf(dying)] as ClusterNode);
  await waitUntil(async () => (await projection.live(rest.map(({ id }) => id))).size === rest.length, {
    timeoutMs: 60_000,
  });
});
