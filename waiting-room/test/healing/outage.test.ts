/** Redis fails over, hangs, answers late, refuses to write: closed within a second, nothing late takes effect, back by itself (Q2, Q24-Q29). */
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Relay, startRelay, waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import {
  ASK_EVERY_MS,
  askForEntry,
  comeBack,
  enter,
  expectClosed,
  tryJoin as joinAt,
  joinCrowd,
  joinForSure,
  lineOf,
  look,
  type Shopper,
  tauDistance,
} from '../support/crowd.ts';
import { createDrop, readLog } from '../support/drop.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { send, startTestRoom, type TestRoom } from '../support/room.ts';

vi.setConfig({ testTimeout: 90_000 });

let servers: RedisServer[];
let primary: RedisServer;
let redis: Redis;
/** One address whose server changes under it. */
let front: Relay;
let room: TestRoom;

async function addServer(settings: readonly (readonly [string, string])[] = []): Promise<RedisServer> {
  const server = await startRedisServer(settings);
  servers.push(server);
  return server;
}

beforeEach(async () => {
  servers = [];
  primary = await addServer();
  redis = primary.client();
  front = await startRelay(`redis://127.0.0.1:${primary.port}`);
  room = await startTestRoom({ REDIS_URL: front.url });
});
afterEach(async () => {
  await room.close();
  await front.close();
  for (const server of servers) await server.remove();
});

const POLICY = { return_spread_us: 1_500_000, rate_per_minute: 600 };
const epoch = (drop: string) => redis.hget(dropKeys(drop).control, 'epoch');

/** A replica that has everything the primary has now. */
async function addReplica(of: RedisServer): Promise<RedisServer> {
  const replica = await addServer([['replicaof', `127.0.0.1 ${of.port}`]]);
  const client = replica.client();
  await waitUntil(async () => /master_link_status:up/.test(await client.info('replication')));
  return replica;
}

/** What an orchestrator does: the primary is gone for good, the replica takes over behind the same address. */
async function failOver(from: RedisServer, to: RedisServer): Promise<void> {
  await from.kill();
  to.signal('SIGCONT');
  redis = to.client();
  await waitUntil(async () => (await redis.replicaof('NO', 'ONE').catch(() => '')) === 'OK');
  front.point(to.port);
}

async function everybodyReturns(drop: string, crowd: readonly Shopper[]): Promise<void> {
  for (const shopper of crowd) {
    await comeBack(room.url, drop, shopper);
  }
}

const tryJoin = (drop: string) => joinAt(room.url, drop);

test('Q29: no token leaves that a frozen replica does not have, and after the failover nobody has lost a place or entered twice', async () => {
  const replica = await addReplica(primary);
  const drop = await createDrop(redis, { policy: POLICY });
  const early = await joinCrowd(room.url, drop, 15);
  const inside = early[0] as Shopper;
  const token = await enter(room.url, drop, inside);
  await waitUntil(async () => (await replica.client().hget(dropKeys(drop).control, 'entered_total')) === '1');

  replica.signal('SIGSTOP');
  const late = await joinCrowd(room.url, drop, 10);
  const before = await lineOf(redis, drop);
  // Granted on the primary, known to nobody else: it must not be handed out.
  const next = early[1] as Shopper;
  const answers: number[] = [];
  await waitUntil(
    async () => {
      answers.push((await askForEntry(room.url, drop, next)).status);
      return (await redis.zscore(dropKeys(drop).sessions, next.number)) !== null;
    },
    { everyMs: ASK_EVERY_MS },
  );
  answers.push((await askForEntry(room.url, drop, next)).status);
  expect(answers).not.toContain(200);

  const oldEpoch = await epoch(drop);
  await failOver(primary, replica);
  expectClosed(await tryJoin(drop));
  await waitUntil(async () => ![null, oldEpoch].includes(await epoch(drop)));
  await everybodyReturns(drop, [...late].reverse());
  await everybodyReturns(drop, early.slice(2));
  const after = await lineOf(redis, drop);
  expect(tauDistance(before, after)).toBe(0);
  for (const { number } of late) expect(after).toContain(number);
  expect(await enter(room.url, drop, inside)).toBe(token);
  expect(
    (await readLog(redis, drop)).filter(({ k, n }) => k === 'grant' && n === inside.number),
  ).toHaveLength(1);
  await enter(room.url, drop, next);
});

test('promise 5: two failovers in a row', async () => {
  const second = await addReplica(primary);
  const drop = await createDrop(redis, { policy: { ...POLICY, rate_per_minute: 0 } });
  const crowd = await joinCrowd(room.url, drop, 12);
  const before = await lineOf(redis, drop);
  const epochs = [await epoch(drop)];
  await failOver(primary, second);
  expectClosed(await tryJoin(drop));
  await waitUntil(async () => !epochs.includes(await epoch(drop)));
  epochs.push(await epoch(drop));
  const third = await addReplica(second);
  await failOver(second, third);
  expectClosed(await tryJoin(drop));
  await waitUntil(async () => !epochs.includes(await epoch(drop)));
  await everybodyReturns(drop, crowd);
  expect(await lineOf(redis, drop)).toEqual(before);
});

test('promise 5: an append-only file that lost its end: who joined last has their place back', async () => {
  const drop = await createDrop(redis, { policy: { ...POLICY, rate_per_minute: 0 } });
  const early = await joinCrowd(room.url, drop, 12);
  const folder = join(primary.folder, 'appendonlydir');
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof')) ?? '');
  const written = statSync(file).size;
  const late = await joinCrowd(room.url, drop, 8);
  const before = await lineOf(redis, drop);
  const oldEpoch = await epoch(drop);
  await primary.kill();
  // In the middle of a command.
  truncateSync(file, written + 5);
  await primary.start();
  redis = primary.client();
  expect(await lineOf(redis, drop)).toEqual(early.map(({ number }) => number));
  expectClosed(await tryJoin(drop));
  await waitUntil(async () => ![null, oldEpoch].includes(await epoch(drop)));
  await everybodyReturns(drop, [...early, ...late]);
  expect(await lineOf(redis, drop)).toEqual(before);
});

test('Q2: a Redis that hangs is answered for with 503, and what it wakes up to does nothing any more', async () => {
  const drop = await createDrop(redis, { policy: { ...POLICY, rate_per_minute: 0 } });
  await joinCrowd(room.url, drop, 5);
  primary.signal('SIGSTOP');
  const answers = await Promise.all(Array.from({ length: 20 }, () => tryJoin(drop)));
  for (const answer of answers) expectClosed(answer);
  // Redis time must have passed every deadline before it wakes up.
  await waitUntil(async () => (await tryJoin(drop)).status === 503);
  primary.signal('SIGCONT');
  await joinForSure(room.url, drop);
  expect(await redis.zcard(dropKeys(drop).waiting)).toBe(6);
});

test('Q2: a Redis that answers two seconds late does nothing late', async () => {
  const drop = await createDrop(redis, { policy: { ...POLICY, rate_per_minute: 0 } });
  await joinCrowd(room.url, drop, 3);
  // Of commands that write; it tells the time meanwhile, and takes the end of the pause.
  await redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
  for (const answer of await Promise.all(Array.from({ length: 10 }, () => tryJoin(drop))))
    expectClosed(answer);
  const [givenUp] = await redis.time();
  await waitUntil(async () => Number((await redis.time())[0]) >= Number(givenUp) + 2);
  await redis.call('CLIENT', 'UNPAUSE');
  await joinForSure(room.url, drop);
  expect(await redis.zcard(dropKeys(drop).waiting)).toBe(4);
});

test('promise 8: a half-open connection is a 503, and a new one is made without a restart', async () => {
  const drop = await createDrop(redis, { policy: { ...POLICY, rate_per_minute: 0 } });
  await joinCrowd(room.url, drop, 2);
  front.silence();
  expectClosed(await tryJoin(drop));
  front.mend();
  await waitUntil(async () => (await tryJoin(drop)).status === 201);
});

test.for([
  {
    name: 'READONLY',
    begin: () => redis.replicaof('127.0.0.1', 1),
    end: () => redis.replicaof('NO', 'ONE'),
  },
  {
    name: 'out of memory',
    begin: () => redis.config('SET', 'maxmemory', '1mb'),
    end: () => redis.config('SET', 'maxmemory', '0'),
  },
])(
  'promise 8: a Redis that is $name is a 503 for joins, and none for those who only look',
  async ({ begin, end }) => {
    const drop = await createDrop(redis, { policy: { ...POLICY, rate_per_minute: 0 } });
    const [shopper] = await joinCrowd(room.url, drop, 2);
    await begin();
    // A join that came before the setting took effect is a place like any other.
    const refused = await waitUntil(async () => {
      const answer = await tryJoin(drop);
      return answer.status === 201 ? null : answer;
    });
    expectClosed(refused);
    const line = await lineOf(redis, drop);
    expect((await look(room.url, drop, shopper as Shopper)).status).toBe(200);
    expect((await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status).toBe(200);
    await end();
    expect(await lineOf(redis, drop)).toEqual(line);
    await waitUntil(async () => (await tryJoin(drop)).status === 201);
  },
);

test('Redis gone and back, empty, with nobody returning: the drop goes on for those who come new', async () => {
  const drop = await createDrop(redis, { policy: POLICY });
  await joinCrowd(room.url, drop, 3);
  const oldEpoch = await epoch(drop);
  await primary.kill();
  expectClosed(await tryJoin(drop));
  const fresh = await addServer();
  redis = fresh.client();
  front.point(fresh.port);
  await waitUntil(async () => ![null, oldEpoch].includes(await epoch(drop)));
  const [newcomer] = await joinCrowd(room.url, drop, 1);
  await enter(room.url, drop, newcomer as Shopper);
});
