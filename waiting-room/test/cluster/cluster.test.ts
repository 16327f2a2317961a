/** A real Redis Cluster, three primaries with a replica each: slots move and primaries die, and a drop goes on like on one server (2.10). */
import { connectRedis, createLogger } from '@sluice/service-kit';
import {
  type ClusterNode,
  startRedisCluster,
  type TestCluster,
  waitUntil,
} from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DROPS_KEY, dropKeys, stockKey } from '../../src/queue/keys.ts';
import { comeBack, enter, joinCrowd, lineOf, type Shopper, tauDistance } from '../support/crowd.ts';
import { createDrop, type DropSetup, readLog, tune } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom } from '../support/room.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let cluster: TestCluster;
let redis: Redis;
let room: TestRoom;

beforeEach(async () => {
  cluster = await startRedisCluster();
  const log = createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' });
  redis = connectRedis({ url: cluster.url, name: 'test', log, commandTimeoutMs: 2000 });
  await waitUntil(() => redis.ping());
  room = await startTestRoom({ REDIS_URL: cluster.url });
});
afterEach(async () => {
  await room?.close();
  redis?.disconnect();
  await cluster?.remove();
});

const JOIN_EVERY_MS = 30;
const POLICY = { return_spread_us: 1_500_000, rate_per_minute: 600 };

/** A drop whose slot lies on that primary, as the control plane leaves it: the room takes it as its own. */
async function createDropOn(home: ClusterNode, setup: DropSetup = {}): Promise<string> {
  const policy = { ...POLICY, ...setup.policy, run_id: '', epoch: '' };
  for (;;) {
    const id = `c${process.pid}-${++tried}`;
    if ((await cluster.homeOf(dropKeys(id).control)) === home)
      return createDrop(redis, { ...setup, id, policy });
  }
}
let tried = 0;

const control = (drop: string, field: string) => redis.hget(dropKeys(drop).control, field);
const newEpoch = (drop: string, before: string | null) =>
  waitUntil(
    async () => {
      const [epoch, run] = await redis.hmget(dropKeys(drop).control, 'epoch', 'run_id');
      return epoch && run && epoch !== before ? epoch : null;
    },
    { timeoutMs: 60_000 },
  );
const tryJoin = (drop: string) => send(room.url, 'POST', `/v1/drops/${drop}/tickets`);
const numbersOf = (crowd: readonly Shopper[]) => crowd.map(({ number }) => number);

/** Who was let in, once each. */
async function granted(drop: string): Promise<string[]> {
  const numbers = (await readLog(redis, drop)).flatMap(({ k, n = '' }) => (k === 'grant' ? [n] : []));
  expect(new Set(numbers).size).toBe(numbers.length);
  return numbers;
}

/** Shoppers keep joining a drop until told to stop; those who got a place, in that order, and how often there was none. */
function keepJoining(drop: string) {
  const joined: string[] = [];
  const refused: number[] = [];
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const { status, body } = await tryJoin(drop);
      if (status === 201) joined.push(body.publicNumber);
      else refused.push(status);
      // A crowd has a pace: one address may join 3,000 times a minute.
      await new Promise((resolve) => setTimeout(resolve, JOIN_EVERY_MS));
    }
  })();
  return {
    joined,
    /** Statuses other than 201. */
    refused,
    stop() {
      isOver = true;
      return done;
    },
  };
}

test('promises 1 to 3 and 5: a slot moves to another primary while shoppers join and enter; order and entries stay', async () => {
  const [from, to] = cluster.primaries as [ClusterNode, ClusterNode];
  const drop = await createDropOn(from);
  const other = await createDropOn(to);
  const crowd = await joinCrowd(room.url, drop, 12);
  const [inside, next] = crowd as [Shopper, Shopper];
  const token = await enter(room.url, drop, inside);
  await redis.hset(stockKey(drop), 'version', 1, 'json', '{"products":[]}');
  const before = await lineOf(redis, drop);
  const [epoch, otherEpoch] = [await control(drop, 'epoch'), await control(other, 'epoch')];
  const run = await control(drop, 'run_id');
  const crowding = keepJoining(drop);
  await waitUntil(() => crowding.joined.length > 5);

  const slot = await cluster.slotOf(dropKeys(drop).control);
  await cluster.moveSlot(slot, from, to);
  expect(await to.client.exists(dropKeys(drop).control)).toBe(1);
  // Another server is another run: nobody can know that nothing was lost, so the drop heals.
  await newEpoch(drop, epoch);
  expect(await control(drop, 'run_id')).not.toBe(run);
  const after = crowding.joined.length;
  await waitUntil(() => crowding.joined.length > after + 5);
  await crowding.stop();
  // Never anything but "not now", whatever happens to the Cluster.
  expect(crowding.refused.filter((status) => status !== 503)).toEqual([]);

  const line = await lineOf(redis, drop);
  expect(line.filter((number) => before.includes(number))).toEqual(before);
  expect(line.filter((number) => crowding.joined.includes(number))).toEqual(crowding.joined);
  expect(await enter(room.url, drop, inside)).toBe(token);
  await comeBack(room.url, drop, next);
  await enter(room.url, drop, next);
  expect(await granted(drop)).toEqual([inside.number, next.number]);
  expect((await send(room.url, 'GET', `/v1/drops/${drop}/products`)).status).toBe(200);
  // A neighbour on the server it moved to did not notice.
  expect(await control(other, 'epoch')).toBe(otherEpoch);
});

test('promise 5: the primary of a drop is killed, its replica takes over; drops of other primaries do not notice', async () => {
  // The list of drops lies on the one that dies, too: nothing of the others may depend on it.
  const dying = await cluster.homeOf(DROPS_KEY);
  const replica = cluster.replicas[cluster.primaries.indexOf(dying)] as ClusterNode;
  const safe = cluster.primaries.filter((node) => node !== dying);
  const drop = await createDropOn(dying);
  const others = [await createDropOn(safe[0] as ClusterNode), await createDropOn(safe[1] as ClusterNode)];
  const crowd = await joinCrowd(room.url, drop, 15);
  const [inside, next] = crowd as [Shopper, Shopper];
  const token = await enter(room.url, drop, inside);
  await waitUntil(async () => (await tryJoin(others[0] as string)).status === 201);
  const [waiter] = await joinCrowd(room.url, others[1] as string, 1);
  const before = await lineOf(redis, drop);
  const epoch = await control(drop, 'epoch');
  const otherEpochs = await Promise.all(others.map((one) => control(one, 'epoch')));

  await dying.kill();
  const crowding = others.map(keepJoining);
  const closed = await waitUntil(async () => {
    const answer = await tryJoin(drop);
    return answer.status === 503 ? answer : null;
  });
  expect(closed.headers.get('retry-after')).toMatch(/^\d+$/);
  // Others are called and let in while this one's server is dead.
  await enter(room.url, others[1] as string, waiter as Shopper);
  await cluster.takeOver(replica);
  await newEpoch(drop, epoch);
  for (const one of crowding) {
    await one.stop();
    expect(one.joined.length).toBeGreaterThan(0);
    expect(one.refused).toEqual([]);
  }
  for (const shopper of [...crowd.slice(2)].reverse()) await comeBack(room.url, drop, shopper);
  const after = await lineOf(redis, drop);
  expect(tauDistance(before, after)).toBe(0);
  expect(after).toEqual(
    expect.arrayContaining(numbersOf(crowd.slice(2)).filter((one) => before.includes(one))),
  );
  expect(await enter(room.url, drop, inside)).toBe(token);
  await comeBack(room.url, drop, next);
  await enter(room.url, drop, next);
  const entered = await granted(drop);
  expect(entered.filter((number) => number === inside.number)).toHaveLength(1);
  expect(await Promise.all(others.map((one) => control(one, 'epoch')))).toEqual(otherEpochs);
});

test('Q2, Q10: each primary has a clock and a draw of its own; a whole drop runs on a Cluster', async () => {
  const drops: string[] = [];
  for (const home of cluster.primaries)
    drops.push(await createDropOn(home, { opensInMs: 3_600_000, lobbyMs: 7_200_000, drawn: true }));
  const crowds = new Map<string, Shopper[]>();
  for (const drop of drops) crowds.set(drop, await joinCrowd(room.url, drop, 3));
  for (const drop of drops) await tune(redis, drop, { opens_us: 1 });
  for (const [drop, [first]] of crowds) {
    await enter(room.url, drop, first as Shopper);
    const body = await waitUntil(async () => {
      const answer = await send(room.url, 'GET', `/v1/drops/${drop}/draw`);
      return answer.body.revealed ? answer.body : undefined;
    });
    expect(body).toMatchObject({ revealed: true, size: 3 });
    const { text } = await send(room.url, 'GET', `/v1/drops/${drop}/draw/roster/0`);
    expect(text.trim().split('\n')).toHaveLength(3);
  }
});
