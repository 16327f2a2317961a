/** Redis forgets, in part or whole; the room closes, restores itself and goes on (Q24-Q28, promise 5). No Postgres, no control plane. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import {
  askForEntry,
  comeBack,
  enter,
  expectClosed,
  joinCrowd,
  lineOf,
  tauDistance,
  tryJoin,
} from '../support/crowd.ts';
import { createDrop, readLog, tune } from '../support/drop.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { createTestKeys, send, startTestRoom, type TestKeys, type TestRoom } from '../support/room.ts';

vi.setConfig({ testTimeout: 90_000 });

let server: RedisServer;
let redis: Redis;
let room: TestRoom;
let folder: string;
let keys: TestKeys;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'room-healing-'));
  server = await startRedisServer();
  redis = server.client();
  keys = createTestKeys();
  room = await startTestRoom({ REDIS_URL: `redis://127.0.0.1:${server.port}` }, keys);
});
afterEach(async () => {
  await room.close();
  await server.remove();
  keys.remove();
  rmSync(folder, { recursive: true, force: true });
});

const QUICK = { return_spread_us: 1_500_000 };
const control = (drop: string) => redis.hgetall(dropKeys(drop).control);
/** Until that instance has a copy of everything that is in Redis now: what it shows was read later. */
const seenBy = async (url: string, drop: string) => {
  const nowMs = await redisMs();
  await waitUntil(async () => {
    const { body } = await send(url, 'GET', `/v1/drops/${drop}/pulse`);
    return Date.parse(body.serverTime) > nowMs;
  });
};
const redisMs = async () => {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1000 + Number(micros) / 1000;
};
const epochOf = async (drop: string, before: string) =>
  waitUntil(async () => {
    const { epoch = '', run_id = '' } = await control(drop);
    return epoch !== '' && epoch !== before && run_id !== '' ? epoch : null;
  });

test('promise 5: emptied mid-drop, everyone who returns has their place, those inside stay inside, and nobody enters twice', async () => {
  const drop = await createDrop(redis, { policy: { ...QUICK, rate_per_minute: 600, max_sessions: 3 } });
  const crowd = await joinCrowd(room.url, drop, 40);
  const [first, second, ...others] = crowd;
  if (!first || !second) throw new Error('no crowd');
  const tokens = [await enter(room.url, drop, first), await enter(room.url, drop, second)];
  const before = await lineOf(redis, drop);
  const { epoch: oldEpoch = '', joined_total } = await control(drop);
  await seenBy(room.url, drop);

  await redis.flushall();
  const closed = await askForEntry(room.url, drop, others[0] as (typeof others)[number]);
  expect(closed.status).toBe(503);
  expect(closed.headers.get('retry-after')).toBeTruthy();
  await epochOf(drop, oldEpoch);
  for (const shopper of [...others].reverse()) {
    await comeBack(room.url, drop, shopper);
  }
  const after = await lineOf(redis, drop);
  expect(after.filter((number) => before.includes(number))).toEqual(before);
  expect(tauDistance(before, after)).toBe(0);
  expect((await control(drop)).joined_total).toBe(joined_total);

  // Those inside: the same token again, no second session, and they count against maxSessions.
  expect(await enter(room.url, drop, first)).toBe(tokens[0]);
  expect(await enter(room.url, drop, second)).toBe(tokens[1]);
  await enter(room.url, drop, others[0] as (typeof others)[number]);
  expect(await redis.zcard(dropKeys(drop).sessions)).toBe(3);
  expect((await askForEntry(room.url, drop, others[1] as (typeof others)[number])).status).not.toBe(200);
  const grants = (await readLog(redis, drop)).filter(({ k }) => k === 'grant').map(({ n }) => n);
  expect(grants).not.toContain(first.number);
  expect(grants).not.toContain(second.number);
});

test('Q28: a session that ended before the loss stays ended, whichever instance was told', async () => {
  const other = await room.another();
  const drop = await createDrop(redis, { policy: QUICK });
  const [shopper] = await joinCrowd(room.url, drop, 1);
  if (!shopper) throw new Error('no crowd');
  await enter(room.url, drop, shopper);
  const ended = await send(other.url, 'POST', `/v1/drops/${drop}/sessions/ended`, {
    headers: { authorization: 'Bearer a-service-token-of-at-least-32-characters' },
    body: { sessions: [{ jti: shopper.number, reason: 'paid' }] },
  });
  expect(ended.status).toBe(204);
  const { epoch: oldEpoch = '' } = await control(drop);
  await seenBy(other.url, drop);
  await redis.flushall();
  await epochOf(drop, oldEpoch);
  // Each tells what it knows; the one that was told of the end may be the last.
  await waitUntil(async () => (await redis.zscore(dropKeys(drop).spent, shopper.number)) !== null);
  const answer = await waitUntil(async () => {
    const entry = await askForEntry(room.url, drop, shopper);
    return entry.status === 503 ? null : entry;
  });
  expect([answer.status, answer.body.reason]).toEqual([410, 'paid']);
  expect(await redis.zcard(dropKeys(drop).sessions)).toBe(0);
  expect((await readLog(redis, drop)).filter(({ k }) => k === 'grant')).toEqual([]);
});

test('Q25: emptied in the lobby, the commitment is the same and so is every place', async () => {
  const drop = await createDrop(redis, {
    opensInMs: 3_600_000,
    lobbyMs: 7_200_000,
    drawn: true,
    policy: QUICK,
  });
  const crowd = await joinCrowd(room.url, drop, 25);
  const before = await lineOf(redis, drop);
  const { commit, epoch: oldEpoch = '' } = await control(drop);
  await seenBy(room.url, drop);
  await redis.flushall();
  expectClosed(await tryJoin(room.url, drop));
  await epochOf(drop, oldEpoch);
  for (const shopper of crowd) {
    await comeBack(room.url, drop, shopper);
  }
  expect(await lineOf(redis, drop)).toEqual(before);
  expect((await control(drop)).commit).toBe(commit);
  expect((await send(room.url, 'GET', `/v1/drops/${drop}/draw`)).body).toMatchObject({
    commit,
    revealed: false,
  });
});

test('Q24: restarted complete, nothing changes but the epoch', async () => {
  const drop = await createDrop(redis, { policy: { ...QUICK, rate_per_minute: 0 } });
  const crowd = await joinCrowd(room.url, drop, 10);
  const { waiting } = dropKeys(drop);
  const before = await redis.zrange(waiting, '0', '-1', 'WITHSCORES');
  const { epoch: oldEpoch = '' } = await control(drop);
  await server.stop();
  await server.start();
  expectClosed(await tryJoin(room.url, drop));
  redis = server.client();
  await epochOf(drop, oldEpoch);
  expect(await redis.zrange(waiting, '0', '-1', 'WITHSCORES')).toEqual(before);
  for (const shopper of crowd) {
    await comeBack(room.url, drop, shopper);
  }
  expect(await redis.zrange(waiting, '0', '-1', 'WITHSCORES')).toEqual(before);
});

test('Q24: the control hash alone deleted comes back with policy, frontier and totals', async () => {
  const drop = await createDrop(redis, { policy: QUICK });
  await joinCrowd(room.url, drop, 10);
  // All of them called: then nothing moves but the clock.
  await waitUntil(
    async () => Number((await control(drop)).frontier) >= Number((await control(drop)).last_order),
  );
  await tune(redis, drop, { rate_per_minute: 0 });
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.ratePerMinute === 0,
  );
  const before = await control(drop);
  await seenBy(room.url, drop);
  await redis.del(dropKeys(drop).control);
  expectClosed(await tryJoin(room.url, drop));
  await epochOf(drop, before.epoch ?? '');
  const after = await control(drop);
  for (const field of [
    'policy_version',
    'rate_per_minute',
    'opens_us',
    'frontier',
    'opened_us',
    'joined_total',
    'last_order',
  ]) {
    expect([field, Number(after[field])]).toEqual([field, Number(before[field])]);
  }
  expect(Number(after.bucket)).toBeLessThanOrEqual(1);
});

test('Q25: instance and Redis lost together: a new process restores the drop from its file, seed sealed', async () => {
  const healed = await room.another({ HEALING_DIR: folder });
  const drop = await createDrop(redis, {
    opensInMs: 3_600_000,
    lobbyMs: 7_200_000,
    drawn: true,
    policy: QUICK,
  });
  const crowd = await joinCrowd(healed.url, drop, 12);
  const before = await lineOf(redis, drop);
  const { epoch: oldEpoch = '', joined_total } = await control(drop);
  const seed = (await redis.get(dropKeys(drop).seed)) as string;
  await waitUntil(() => {
    const text = readdirSync(folder).includes(`${drop}.json`)
      ? readFileSync(join(folder, `${drop}.json`), 'utf8')
      : '{}';
    return JSON.parse(text).control?.joined_total === joined_total;
  });
  for (const file of readdirSync(folder))
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain(seed);
  await healed.close();
  await room.close();
  await redis.flushall();

  room = await startTestRoom({ REDIS_URL: `redis://127.0.0.1:${server.port}` }, keys);
  const again = await room.another({ HEALING_DIR: folder });
  await epochOf(drop, oldEpoch);
  for (const shopper of crowd) {
    await comeBack(again.url, drop, shopper);
  }
  expect(await lineOf(redis, drop)).toEqual(before);
  expect(await redis.get(dropKeys(drop).seed)).toBe(seed);
});

test('Q26: a ticket of the current epoch that no set knows is not put back', async () => {
  const drop = await createDrop(redis, { policy: { ...QUICK, rate_per_minute: 0 } });
  const [gone, kept] = await joinCrowd(room.url, drop, 2);
  if (!gone || !kept) throw new Error('no crowd');
  await redis.zrem(dropKeys(drop).waiting, gone.number);
  await tune(redis, drop, { rate_per_minute: 6000 });
  await enter(room.url, drop, kept);
  const answer = await askForEntry(room.url, drop, gone);
  expect(answer.status).toBe(401);
  expect(await lineOf(redis, drop)).toEqual([]);
});

test('Q27: while shoppers return no turn lapses, and the frontier moves along the map from before the loss', async () => {
  // Long enough to look around in, on whatever machine; ended by hand below.
  const drop = await createDrop(redis, { policy: { return_spread_us: 60_000_000, rate_per_minute: 0 } });
  const crowd = await joinCrowd(room.url, drop, 60);
  const line = await lineOf(redis, drop);
  const scores = (await redis.zrange(dropKeys(drop).waiting, '0', '-1', 'WITHSCORES')).filter(
    (_, i) => i % 2 === 1,
  );
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.rankMap?.total === crowd.length,
  );
  await seenBy(room.url, drop);
  const { epoch: oldEpoch = '' } = await control(drop);
  await redis.flushall();
  await epochOf(drop, oldEpoch);
  // One a second; windows so short that every turn would be over at once.
  await tune(redis, drop, { rate_per_minute: 60, call_window_us: 1000, grace_us: 1000 });
  const [first, last] = [line[0], line.at(-1)].map((one) => crowd.find(({ number }) => number === one));
  if (!first || !last) throw new Error('no crowd');
  // The last comes back at once: they gain nothing by it. Nobody is back whom the frontier passes.
  await comeBack(room.url, drop, last);
  const frontier = async () => Number((await control(drop)).frontier);
  await waitUntil(async () => (await frontier()) >= Number(scores[0]));
  await comeBack(room.url, drop, first);
  expect(await frontier()).toBeLessThan(Number(scores.at(-1)));
  expect((await askForEntry(room.url, drop, last)).status).toBe(409);
  expect((await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.phase).toBe('healing');
  // Ticks go by, and the one who has been called does not come forward.
  const { clock_seen_us } = await control(drop);
  await waitUntil(
    async () => Number((await control(drop)).clock_seen_us) > Number(clock_seen_us) + 1_000_000,
  );
  expect(await lineOf(redis, drop)).toEqual([first.number, last.number]);
  const endsUs = Math.round((await redisMs()) * 1000);
  await redis.hset(dropKeys(drop).control, { heal_until_us: endsUs });
  const missed = async () => (await readLog(redis, drop)).filter(({ k }) => k === 'missed');
  await waitUntil(async () => (await missed()).some(({ n }) => n === first.number));
  for (const { us } of await missed()) expect(Number(us)).toBeGreaterThanOrEqual(endsUs);
});
