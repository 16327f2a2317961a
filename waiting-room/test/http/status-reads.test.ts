/** What asking for one's own status costs Redis (2.15, Q15, Q22). */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop, tune } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';
import { watchCommands } from '../support/watch-commands.ts';

const ASKS = 20;
/** While waiting, however long that takes on a busy machine: a ticket may ask 300 times a minute. */
const ASK_EVERY_MS = 250;

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

test('2.15: own status costs Redis nothing beyond the frontier, and one read at or before it', async () => {
  // One is called at this rate, and nobody more once it is 0.
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 60 } });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const join = async () => (await send(room.url, 'POST', `/v1/drops/${drop}/tickets`)).body;
  const called = await join();
  const own = ({ ticket }: { ticket: string }) =>
    send(room.url, 'GET', `/v1/drops/${drop}/ticket`, { headers: ticketHeader(ticket) });
  await waitUntil(async () => (await own(called)).body.called, { everyMs: ASK_EVERY_MS });
  await tune(room.redis, drop, { rate_per_minute: 0 });
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.ratePerMinute === 0,
  );
  const waiting = await join();
  await waitUntil(async () => (await own(waiting)).body.position === 1, { everyMs: ASK_EVERY_MS });

  // Redis tells every command it is sent; those about a ticket name its public number.
  const reads = new Map<string, number>([
    [called.publicNumber, 0],
    [waiting.publicNumber, 0],
  ]);
  let isOver = false;
  const watch = await watchCommands(room.redisUrl, (words, source) => {
    if (words.includes('the-end')) isOver = true;
    if (source === 'lua') return;
    for (const [number, count] of reads) if (words.includes(number)) reads.set(number, count + 1);
  });
  for (let i = 0; i < ASKS; i++) {
    expect((await own(waiting)).body).toMatchObject({ state: 'waiting', position: 1 });
    expect((await own(called)).body).toMatchObject({ state: 'called' });
  }
  await room.redis.get('the-end');
  await waitUntil(() => isOver);
  watch.close();
  expect([reads.get(called.publicNumber), reads.get(waiting.publicNumber)]).toEqual([ASKS, 0]);
});
