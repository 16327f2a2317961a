import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { startRoom, type TestRoom } from '../support/room.ts';

let admin: TestControlPlane;
let rooms: TestRoom[] = [];
beforeAll(async () => {
  admin = await startTestControlPlane();
  rooms = await Promise.all(['room-1', 'room-2'].map((instance) => startRoom(admin.redisUrl, instance)));
});
afterAll(async () => {
  await Promise.all(rooms.map((room) => room.close()));
  await admin?.close();
});

/** Not so often that reading is refused. */
const PATIENCE = { timeoutMs: 30_000, everyMs: 150 };

test('Q1: a change is on every instance soon; one that stands still is named, and one that ended is not missed', async () => {
  const { body: drop } = await admin.createDrop();
  const ask = async () => (await admin.call('GET', `/api/v1/drops/${drop.id}/instances`)).body;
  const untilSummary = (summary: RegExp) =>
    waitUntil(async () => {
      const answer = await ask();
      return summary.test(answer.summary) ? answer : undefined;
    }, PATIENCE);
  await untilSummary(/^2 of 2 on v1$/);

  rooms[1]?.process.kill('SIGSTOP');
  await admin.call('POST', `/api/v1/drops/${drop.id}/rate`, { to: 61 });
  const lagging = await untilSummary(/^1 of 2 on v2; silent: room-2 \(v1, for \d+ s\)$/);
  expect(lagging).toMatchObject({
    policyVersion: 2,
    total: 2,
    onVersion: 1,
    instances: [
      { id: 'room-1', policyVersion: 2, status: 'current' },
      { id: 'room-2', policyVersion: 1, status: 'silent' },
    ],
  });

  rooms[1]?.process.kill('SIGCONT');
  await untilSummary(/^2 of 2 on v2$/);
  await rooms[1]?.close();
  rooms = rooms.slice(0, 1);
  expect((await untilSummary(/^1 of 1 on v2$/)).instances).toHaveLength(1);
}, 90_000);

test('while Redis is away nobody can say, and says so', async () => {
  const { body: drop } = await admin.createDrop();
  admin.roads.redis.cut();
  const answer = await admin.call('GET', `/api/v1/drops/${drop.id}/instances`);
  expect(answer).toMatchObject({ status: 503 });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  admin.roads.redis.restore();
  expect((await admin.call('GET', '/api/v1/drops/no-such-drop/instances')).status).toBe(404);
});
