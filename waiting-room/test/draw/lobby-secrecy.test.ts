/** What a client can learn about its place while the lobby is open: nothing (Q8). */
import { readFileSync } from 'node:fs';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

const SHOPPERS = 40;

let room: TestRoom;
let drop: string;
const tickets = new Map<string, { ticket: string; reference: string; answer: string }>();
/** Both ends of the line, its middle and those beside them: a leak may tell halves, tenths or every other place. */
let watched: string[];

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
  watched = [0, 1, SHOPPERS / 2 - 1, SHOPPERS / 2, SHOPPERS - 2, SHOPPERS - 1].map(
    (at) => line[at] as string,
  );
});
afterAll(() => room.close());

/** Headers that differ from answer to answer for everybody: when it was made, under which name, what a limit still allows. */
const OF_THE_MOMENT = new Set([
  'date',
  'x-request-id',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]);

/** A request as openapi.json names it, and its body: a form as text, JSON as an object. */
type Read = readonly [method: string, template: string, body?: object | string];

const BIND = 'A'.repeat(43);
const READS: readonly Read[] = [
  ['GET', '/v1/drops/{drop}/ticket'],
  ['POST', '/v1/drops/{drop}/tickets'], // presenting it again
  ['POST', '/v1/drops/{drop}/ticket/extension'],
  ['GET', '/v1/drops/{drop}/stream'],
  ['POST', '/v1/drops/{drop}/admission', { bind: BIND, returnTo: 'https://shop.example/' }],
  ['GET', '/v1/drops/{drop}/pulse'],
  ['GET', '/v1/drops/{drop}/draw'],
  ['GET', '/v1/drops/{drop}/draw/roster'],
  ['GET', '/v1/drops/{drop}/draw/roster/{page}'],
  ['GET', '/v1/drops/{drop}/draw/late'],
  ['GET', '/v1/drops/{drop}/draw/receipt'],
  ['GET', '/v1/drops/{drop}/products'],
  ['GET', '/v1/drops/{drop}/revocations'],
  ['PUT', '/v1/drops/{drop}/notices', { by: 'mail', to: 'somebody@shop.example' }],
  ['GET', '/v1/drops/{drop}/notices'],
  ['DELETE', '/v1/drops/{drop}/notices'],
  ['GET', '/w/{drop}'],
  ['POST', '/w/{drop}/join', ''],
  ['GET', '/w/{drop}/place'],
  ['POST', '/w/{drop}/extension', ''],
  ['POST', '/w/{drop}/admission', `bind=${BIND}&return=https%3A%2F%2Fshop.example%2F`],
  ['GET', '/w/{drop}/leave'],
];
/** What gives the place up: last, and once. */
const LEAVES: readonly Read[] = [
  ['DELETE', '/v1/drops/{drop}/ticket'],
  ['POST', '/w/{drop}/leave', ''],
];
/** Not for shoppers: without the service token they are 401 for everybody. */
const OF_SERVICES = ['PUT /v1/drops/{drop}/products', 'POST /v1/drops/{drop}/sessions/ended'].concat(
  ['capacity', 'leases'].map((name) => `POST /v1/drops/{drop}/${name}`),
);

/** Every answer a holder of this ticket can get, as text, with what names the ticket itself and the moment taken out. */
async function everythingReadBy(number: string, reads = READS): Promise<string[]> {
  const own = tickets.get(number);
  if (own === undefined) throw new Error('no such ticket');
  const headers = ticketHeader(own.ticket);
  const seen = [own.answer];
  for (const [method, template, body] of reads) {
    const path = template.replace('{drop}', drop).replace('{page}', '0');
    const answer = await send(room.url, method, path, {
      headers: {
        ...headers,
        cookie: `wr_${drop}=${own.ticket}`,
        ...(typeof body === 'string' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { body }),
    });
    const kept = [...answer.headers]
      .filter(([name]) => !OF_THE_MOMENT.has(name))
      .map(([name, value]) => `${name}: ${value}`);
    seen.push([`${method} ${path}`, answer.status, ...kept, answer.text].join('\n'));
  }
  return seen.map((text) =>
    text
      .replaceAll(own.ticket, '<ticket>')
      .replaceAll(number, '<number>')
      .replaceAll(own.reference, '<reference>')
      .replaceAll(/"(asOf|serverTime|joinedAt)":"[\d:.TZ-]+"/g, '"$1":"<now>"')
      .replaceAll(/(as of|Stand|updated)[^<]*?\d{1,2}:\d{2}(:\d{2})?( [AP]M)?/gi, '$1 <now>')
      .replaceAll(/etag: "[^"]+"|nonce-[\w-]+/g, '<bytes>'),
  );
}

test('2.5: every route that a shopper can ask about a drop is among what is read', () => {
  const file = new URL('../../openapi.json', import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const known = [...READS, ...LEAVES].map(([method, template]) => `${method} ${template}`);
  expect(routes.filter((route) => route.includes('{drop}')).sort()).toEqual(
    [...known, ...OF_SERVICES].sort(),
  );
});

test('Q8: nothing a client can read in the lobby tells one place from another: not the best from the worst, nor any between', async () => {
  expect(new Set(watched).size).toBe(6);
  const [first, ...others] = await Promise.all(watched.map((number) => everythingReadBy(number)));
  for (const other of others) expect(other).toEqual(first);
});

test('Q8: no answer in the lobby holds an order, a rank map, a position or the seed', async () => {
  const orders = await room.redis.zrange(dropKeys(drop).waiting, '0', '-1', 'WITHSCORES');
  const seed = (await room.redis.get(dropKeys(drop).seed)) as string;
  const everything = (await everythingReadBy(watched[0] as string)).join('\n');
  for (let i = 1; i < orders.length; i += 2) expect(everything).not.toContain(orders[i]);
  expect(everything).not.toContain(seed);
  expect(everything).not.toContain('rankMap');
  expect(everything).toContain('"position":null');
});

test('Q8: the ticket itself carries no drawn order: its bytes differ only in what names it', () => {
  // Version, kid, lengths, drop · id 16 · class 6 · joined 8 · order 8 · epoch 8 · MAC: the order's bytes are zero.
  for (const number of watched) {
    const bytes = Buffer.from(tickets.get(number)?.ticket ?? '', 'base64url');
    const at = 4 + drop.length + 16 + 6 + 8;
    expect(bytes.subarray(at, at + 8)).toEqual(Buffer.alloc(8));
  }
});

test('Q8: leaving the lobby tells nothing either, by either way', async () => {
  const [first, ...others] = await Promise.all(watched.map((number) => everythingReadBy(number, LEAVES)));
  for (const other of others) expect(other).toEqual(first);
});
