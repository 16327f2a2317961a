import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, readLog } from '../support/drop.ts';
import { joinDrop, send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

test('promise 7: a builder that died over the roster is replaced, and nobody is called before the seed is out', async () => {
  const drop = await createDrop(room.redis, {
    opensInMs: 3_600_000,
    lobbyMs: 7_200_000,
    drawn: true,
    policy: { closes_us: 0 },
  });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  for (let i = 0; i < 5; i++) await joinDrop(room.url, drop);
  // What an instance leaves behind that was killed while it built.
  await room.redis.set(dropKeys(drop).drawLease, 'a-dead-instance', 'PX', 1500);
  await room.redis.hset(dropKeys(drop).control, { opens_us: 1, policy_version: 2 });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/draw`)).body.revealed);
  await waitUntil(async () => (await readLog(room.redis, drop)).some(({ k }) => k === 'call'));
  expect((await readLog(room.redis, drop)).map(({ k }) => k)).toEqual(['open', 'roster', 'reveal', 'call']);
});

test('Q10: a drop whose lobby stayed empty publishes an empty roster and opens', async () => {
  const drop = await createDrop(room.redis, { opensInMs: -1000, drawn: true });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/draw`)).body.revealed);
  const { body } = await send(room.url, 'GET', `/v1/drops/${drop}/draw/roster`);
  expect(body).toMatchObject({ size: 0, pageRoots: [] });
  const page = await send(room.url, 'GET', `/v1/drops/${drop}/draw/roster/0`);
  expect(page.status).toBe(404);
});
