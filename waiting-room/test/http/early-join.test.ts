import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

test('whoever comes before the lobby opens is told when it does: obeying the answer never misses the draw', async () => {
  const drop = await createDrop(room.redis, {
    opensInMs: 3_600_000,
    lobbyMs: 1_800_000,
    drawn: true,
    policy: { closes_us: 0 },
  });
  const { body, headers } = await waitUntil(async () => {
    const answer = await send(room.url, 'POST', `/v1/drops/${drop}/tickets`);
    return answer.status === 409 ? answer : null;
  });
  expect(body.type).toContain('not-open-yet');
  expect(body.opensInMs).toBeGreaterThan(1_700_000);
  expect(body.opensInMs).toBeLessThanOrEqual(1_800_000);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(1801);
});
