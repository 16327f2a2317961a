/** What a client can learn about its place while the lobby is open: nothing (Q8). */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

const SHOPPERS = 40;

let room: TestRoom;
let drop: string;
const tickets = new Map<string, { ticket: string; reference: string; answer: string }>();
let best: string;
let worst: string;

beforeAll(async () => {
  room = await startTestRoom();
  drop = await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000, drawn: true });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  for (let i = 0; i < SHOPPERS; i++) {
    const { text, body } = await send(room.url, 'POST', `/v1/drops/${drop}/tickets`);
    tickets.set(body.publicNumber, { ticket: body.ticket, reference: body.reference, answer: text });
  }
  // So that two reads a moment apart show the same.
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.headCount === SHOPPERS,
  );
  const line = await room.redis.zrange(dropKeys(drop).waiting, '0', '-1');
  best = line[0] as string;
  worst = line.at(-1) as string;
});
afterAll(() => room.close());

/** Every answer a holder of this ticket can get, as text, with what names the ticket itself and the moment taken out. */
async function everythingReadBy(number: string): Promise<string[]> {
  const own = tickets.get(number);
  if (own === undefined) throw new Error('no such ticket');
  const headers = ticketHeader(own.ticket);
  const reads: readonly (readonly [string, string, unknown?])[] = [
    ['GET', `/v1/drops/${drop}/ticket`],
    ['POST', `/v1/drops/${drop}/tickets`], // presenting it again
    ['POST', `/v1/drops/${drop}/admission`, { bind: 'A'.repeat(43), returnTo: 'https://shop.example/' }],
    ['GET', `/v1/drops/${drop}/pulse`],
    ['GET', `/v1/drops/${drop}/draw`],
    ['GET', `/v1/drops/${drop}/draw/roster`],
    ['GET', `/v1/drops/${drop}/draw/roster/0`],
    ['GET', `/v1/drops/${drop}/draw/receipt`],
    ['GET', `/v1/drops/${drop}/products`],
    ['GET', `/w/${drop}`],
    ['GET', `/w/${drop}/place`],
  ];
  const seen = [own.answer];
  for (const [method, path, body] of reads) {
    const answer = await send(room.url, method, path, {
      headers: { ...headers, cookie: `wr_${drop}=${own.ticket}` },
      ...(body !== undefined && { body }),
    });
    const kept = ['cache-control', 'retry-after', 'location', 'content-length', 'etag'].map(
      (name) => `${name}: ${answer.headers.get(name)}`,
    );
    seen.push([`${method} ${path}`, answer.status, ...kept, answer.text].join('\n'));
  }
  return seen.map((text) =>
    text
      .replaceAll(own.ticket, '<ticket>')
      .replaceAll(number, '<number>')
      .replaceAll(own.reference, '<reference>')
      .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<instant>')
      .replaceAll(/\d{1,2}:\d{2}(:\d{2})?( [AP]M)?/g, '<time>')
      .replaceAll(/etag: "[^"]+"|nonce-[\w-]+/g, '<bytes>'),
  );
}

test('Q8: nothing a client can read in the lobby tells the best place from the worst', async () => {
  expect(best).not.toBe(worst);
  expect(await everythingReadBy(best)).toEqual(await everythingReadBy(worst));
});

test('Q8: no answer in the lobby holds an order, a rank map, a position or the seed', async () => {
  const orders = await room.redis.zrange(dropKeys(drop).waiting, '0', '-1', 'WITHSCORES');
  const seed = (await room.redis.get(dropKeys(drop).seed)) as string;
  const everything = (await everythingReadBy(best)).join('\n');
  for (let i = 1; i < orders.length; i += 2) expect(everything).not.toContain(orders[i]);
  expect(everything).not.toContain(seed);
  expect(everything).not.toContain('rankMap');
  expect(everything).toContain('"position":null');
});

test('Q8: the ticket itself carries no drawn order: its bytes differ only in what names it', () => {
  // Version, kid, lengths, drop · id 16 · class 6 · joined 8 · order 8 · epoch 8 · MAC: the order's bytes are zero.
  for (const number of [best, worst]) {
    const bytes = Buffer.from(tickets.get(number)?.ticket ?? '', 'base64url');
    const at = 4 + drop.length + 16 + 6 + 8;
    expect(bytes.subarray(at, at + 8)).toEqual(Buffer.alloc(8));
  }
});
