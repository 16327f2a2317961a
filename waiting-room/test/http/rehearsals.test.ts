import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/drop.ts';
import { startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

test('a rehearsal is served like any drop, and no series, which scaling and alerts go by, has it', async () => {
  const rehearsal = await createDrop(room.redis, { id: `rehearsal-${process.pid}` });
  const real = await createDrop(room.redis);
  const pulse = () => fetch(`${room.url}/v1/drops/${rehearsal}/pulse`);
  await waitUntil(async () => (await pulse()).ok);
  const scrape = async () => (await fetch(`${room.internalUrl}/metrics`)).text();
  await waitUntil(async () => (await scrape()).includes(`drop="${real}"`));
  expect(await scrape()).not.toContain(rehearsal);
});
