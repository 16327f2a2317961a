/** Redis forgets who has used which access code; the instances that answered for it do not (ADR 0112, promise 5). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createCodedDrop, usesOf } from '../support/access-codes.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { createTestKeys, send, startTestRoom, type TestKeys, type TestRoom } from '../support/room.ts';

vi.setConfig({ testTimeout: 90_000 });

let server: RedisServer;
let redis: Redis;
let keys: TestKeys;
let folder: string;
let rooms: TestRoom[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'room-uses-'));
  server = await startRedisServer();
  redis = server.client();
  keys = createTestKeys();
});
afterEach(async () => {
  await Promise.all(rooms.map((room) => room.close()));
  rooms = [];
  await server.remove();
  keys.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function startRoom(): Promise<TestRoom> {
  const environment = { HEALING_DIR: folder };
  const room = await startTestRoom({ REDIS_URL: `redis://127.0.0.1:${server.port}`, ...environment }, keys);
  rooms.push(room);
  return room;
}

const joinBy = ({ url }: TestRoom, drop: string, code: string) =>
  send(url, 'POST', `/v1/drops/${drop}/tickets`, { body: { code } });

/** Until joins are taken again. */
const refusedAgain = (room: TestRoom, drop: string, code: string) =>
  waitUntil(
    async () => {
      const answer = await joinBy(room, drop, code);
      return answer.status === 503 ? null : answer;
    },
    { timeoutMs: 60_000, what: 'joins to be taken again' },
  );

const known = (room: TestRoom, drop: string) =>
  waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);

test('promise 5: emptied of everything, Redis is told again who has used which code, and what codes are read by', async () => {
  const room = await startRoom();
  const { drop, codeOf } = await createCodedDrop(redis, { policy: { return_spread_us: 1_500_000 } });
  await known(room, drop);
  expect((await joinBy(room, drop, codeOf(0))).status).toBe(201);
  const before = await usesOf(redis, drop);
  await redis.flushall();
  const again = await refusedAgain(room, drop, codeOf(0));
  expect([again.status, again.body.type]).toEqual([403, expect.stringContaining('code-used-up')]);
  expect(await usesOf(redis, drop)).toEqual(before);
  expect(await redis.hget(dropKeys(drop).control, 'codes')).toBe('on');
  expect((await joinBy(room, drop, codeOf(1))).status).toBe(201);
});

test('promise 5: so it is when the instance went down with Redis and only its files are left', async () => {
  const room = await startRoom();
  const { drop, codeOf } = await createCodedDrop(redis, { policy: { return_spread_us: 1_500_000 } });
  await known(room, drop);
  expect((await joinBy(room, drop, codeOf(0))).status).toBe(201);
  await waitUntil(() => {
    try {
      return readFileSync(join(folder, `${drop}.uses`), 'utf8').endsWith('.\n');
    } catch {
      return false;
    }
  });
  await Promise.all(rooms.splice(0).map((one) => one.close()));
  await redis.flushall();
  const next = await startRoom();
  await known(next, drop);
  const again = await refusedAgain(next, drop, codeOf(0));
  expect([again.status, again.body.type]).toEqual([403, expect.stringContaining('code-used-up')]);
});
