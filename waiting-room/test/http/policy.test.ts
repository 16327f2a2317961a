import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, test } from 'vitest';
import { createDrop, tune } from '../support/drop.ts';
import { joinDrop, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
let other: { readonly url: string };
beforeAll(async () => {
  room = await startTestRoom();
  other = await room.another();
});
afterAll(() => room.close());

test('Q1: a change of policy shows on every instance, in pulse and own status', async () => {
  const drop = await createDrop(room.redis);
  const bases = [room.url, other.url];
  await Promise.all(
    bases.map((base) =>
      waitUntil(async () => (await send(base, 'GET', `/v1/drops/${drop}/pulse`)).body?.phase === 'open'),
    ),
  );
  const headers = ticketHeader(await joinDrop(room.url, drop));
  await tune(room.redis, drop, { override: 'paused', rate_per_minute: 1234 });
  for (const base of bases) {
    await waitUntil(async () => {
      const pulse = (await send(base, 'GET', `/v1/drops/${drop}/pulse`)).body;
      const own = (await send(base, 'GET', `/v1/drops/${drop}/ticket`, { headers })).body;
      return pulse.phase === 'paused' && pulse.ratePerMinute === 1234 && own.phase === 'paused';
    });
  }
});
