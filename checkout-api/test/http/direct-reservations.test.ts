import { connect } from 'node:net';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESERVATIONS_PER_SESSION } from '../../src/rate-limits.ts';
import { createDrop, imbalances } from '../support/checkout-database.ts';
import {
  type Answer,
  send,
  startTestCheckout,
  type TestCheckout,
  type TestShopper,
} from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const PATH = '/v1/reservations';
/** Names the drop, which the router alone reads. */
const byRouter = (drop: string) => ({ 'sluice-drop': drop });
const shoe = (quantity = 1) => [{ sku: 'shoe', quantity }];
let keys = 0;
const newKey = () => `key-${++keys}`;

function reserve(
  shopper: TestShopper,
  lines: unknown,
  { key = newKey(), headers = {} }: { key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return shopper.call('POST', PATH, { lines }, { 'idempotency-key': key, ...headers });
}

/** What two answers of the same route must share. */
function formOf({ status, headers, text, body }: Answer) {
  const differing = ['date', 'content-length', 'location'];
  const names = [...headers].filter(([name]) => !differing.includes(name));
  const alike = text.replace(/"(id|expiresAt)":"[^"]+"/g, '"$1":""');
  return { status, alike, fields: Object.keys(body), headers: names, all: [...headers.keys()] };
}

test('a reservation answered before the router looks like one of the router, to the byte', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 9, hat: 9 });
  const shopper = await checkout.enter(drop);
  const lines = [...shoe(), { sku: 'hat', quantity: 2 }];
  const key = newKey();
  const direct = await reserve(shopper, lines, { key });
  const again = await reserve(shopper, lines.toReversed(), { key });
  const againRouted = await reserve(shopper, lines, { key, headers: byRouter(drop) });
  expect(direct.status).toBe(201);
  expect(direct.headers.get('location')).toBe(`${PATH}/${direct.body.id}`);
  expect([again.text, againRouted.text]).toEqual([direct.text, direct.text]);
  expect(formOf(direct)).toEqual(formOf(againRouted));
  const other = await checkout.enter(drop);
  const routed = await reserve(other, lines, { headers: byRouter(drop) });
  expect(formOf(routed)).toEqual(formOf(direct));
  expect(routed.body.id).not.toBe(direct.body.id);
  expect((await shopper.call('GET', `${PATH}/${direct.body.id}`)).body.status).toBe('held');
  expect(await imbalances(checkout.db.database, drop)).toEqual([]);
});

test('promise 8: what is refused is refused in the same words before the router and by it', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 9, gone: 0 }, { perShopperLimit: 3 });
  const shopper = await checkout.enter(drop);
  const key = newKey();
  await reserve(shopper, shoe(), { key });
  const gone = [{ sku: 'gone', quantity: 1 }];
  const refusals: [unknown, number, string][] = [
    [gone, 409, newKey()],
    [gone, 409, newKey()],
    [shoe(4), 409, newKey()],
    [[{ sku: 'unknown', quantity: 1 }], 404, newKey()],
    [shoe(2), 422, key],
  ];
  for (const [lines, status, of] of refusals) {
    const direct = await reserve(shopper, lines, { key: of });
    const routed = await reserve(shopper, lines, { key: of, headers: byRouter(drop) });
    expect([direct.status, direct.body.type]).toEqual([status, routed.body.type]);
    expect(formOf(direct)).toEqual(formOf(routed));
  }
  await shopper.call('DELETE', `/v1/drops/${drop}/session`);
  const [direct, routed] = [
    await reserve(shopper, shoe()),
    await reserve(shopper, shoe(), { headers: byRouter(drop) }),
  ];
  expect(direct.status).toBeGreaterThanOrEqual(400);
  expect(formOf(direct)).toEqual(formOf(routed));
});

test('promise 8: what is the least bit different is the router’s: every fault is named, nothing hangs', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 100 }, { perShopperLimit: 100 });
  const shopper = await checkout.enter(drop);
  const good = JSON.stringify({ lines: shoe() });
  const bodies: [string, number][] = [
    [good, 201],
    [` ${good}\n`, 201],
    ['{"lines":[{"quantity":1,"sku":"\\u0073hoe"}]}', 201],
    ['{"lines":[{"sku":"shoe","quantity":2}],"lines":[{"sku":"shoe","quantity":1}]}', 201],
    [`{"lines":[{"sku":"shoe","quantity":1}${',{"sku":"shoe","quantity":1}'.repeat(20)}]}`, 400],
    ['{"lines":[{"sku":"shoe","quantity":1},{"sku":"shoe","quantity":1}]}', 400],
    ['{"lines":[{"sku":"shoe","quantity":"1"}]}', 400],
    ['{"lines":[{"sku":"shoe","quantity":0}]}', 400],
    ['{"lines":[{"sku":"shoe","quantity":1.5}]}', 400],
    ['{"lines":[{"sku":"shoe","quantity":1001}]}', 400],
    ['{"lines":[{"sku":"shoë","quantity":1}]}', 400],
    ['{"lines":[{"sku":"shoe","quantity":1,"x":1}]}', 400],
    ['{"lines":[{"sku":"shoe","quantity":1}],"x":1}', 400],
    ['{"lines":[{"sku":"shoe","quantity":1}],"__proto__":{}}', 400],
    ['{"lines":[]}', 400],
    ['{"lines":', 400],
    ['[]', 400],
    ['null', 400],
  ];
  const statuses = [];
  for (const [body] of bodies) {
    const answer = await shopper.call('POST', PATH, body, { 'idempotency-key': newKey() });
    statuses.push([body, answer.status]);
    if (answer.status === 400) expect(answer.body.errors[0].field, body).toMatch(/^body/);
  }
  expect(statuses).toEqual(bodies);

  const headers: [Record<string, string>, number][] = [
    [{ 'content-type': 'application/json; charset=utf-8' }, 201],
    [{ 'content-type': 'text/plain' }, 400],
    [{ 'idempotency-key': 'with space' }, 400],
    [{ 'idempotency-key': 'k'.repeat(129) }, 400],
    [{ 'idempotency-key': 'k'.repeat(128) }, 201],
    [{ authorization: 'Session broken' }, 401],
    [{ authorization: `Session ${'x'.repeat(43)}` }, 401],
    [{ 'sluice-drop': 'another' }, 401],
  ];
  for (const [header, status] of headers)
    expect([header, (await reserve(shopper, shoe(), { headers: header })).status]).toEqual([header, status]);
  const keyless = await send(checkout.url, 'POST', PATH, {
    body: good,
    headers: { authorization: `Session ${shopper.credential}` },
  });
  expect([keyless.status, keyless.body.errors[0].field]).toEqual([400, 'headers.idempotency-key']);
  expect(await imbalances(checkout.db.database, drop)).toEqual([]);
});

test('Q34: a session’s cookie is read as the router reads it: by its drop’s name, and by how the client came', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 100 }, { perShopperLimit: 100 });
  const [shopper, other] = [await checkout.enter(drop), await checkout.enter(drop)];
  const elsewhere = await checkout.enter(await createDrop(checkout.db.database, { shoe: 1 }));
  await reserve(shopper, shoe());
  const https = { 'x-forwarded-proto': 'https' };
  const plain = `co_session_${drop}=${shopper.credential}`;
  const cookies: [string, Record<string, string>, number][] = [
    [plain, {}, 201],
    [`a=b; ${plain}; c=d`, {}, 201],
    [plain, https, 401],
    [`__Host-${plain}`, https, 201],
    [`__Host-${plain}`, { 'x-forwarded-proto': 'http, https' }, 201],
    [`__Host-${plain}`, {}, 401],
    [`co_session_other=${shopper.credential}`, {}, 401],
    [`co_session_${drop}=${elsewhere.credential}`, {}, 401],
    [`${plain}; co_session_${elsewhere.jti.slice(0, 4).toLowerCase()}=${elsewhere.credential}`, {}, 201],
  ];
  for (const [cookie, headers, status] of cookies) {
    const asked = { cookie, 'idempotency-key': newKey(), ...headers };
    const direct = await send(checkout.url, 'POST', PATH, { body: { lines: shoe() }, headers: asked });
    expect([cookie, direct.status]).toEqual([cookie, status]);
  }
  // The header speaks for itself, whatever cookies come with it.
  const both = await reserve(other, shoe(), { headers: { cookie: plain } });
  expect(both.status).toBe(201);
  const { rows } = await checkout.db.database.query('select jti from checkout.reservations where id = $1', [
    both.body.id,
  ]);
  expect(rows[0].jti).toBe(other.jti);
});

test('a body that comes in pieces is waited for', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 3 });
  const shopper = await checkout.enter(drop);
  const { hostname, port } = new URL(checkout.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ lines: shoe() });
  const head = [
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Session ${shopper.credential}`,
    `idempotency-key: ${newKey()}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  ].join('\r\n');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  for (const piece of [head, body.slice(0, 7), body.slice(7)]) {
    await new Promise((resolve) => socket.write(piece, resolve));
    // Each piece has been read before the next one is sent: another request has been answered meanwhile.
    await send(checkout.url, 'GET', '/livez');
  }
  await waitUntil(() => answer.includes('"status":"held"'));
  expect(answer).toMatch(/^HTTP\/1.1 201 /);
  socket.destroy();
});

test('1.10: reservations have one limit a session, before the router and by it together', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const shopper = await checkout.enter(drop);
  const hat = [{ sku: 'hat', quantity: 1 }];
  const routed = () => reserve(shopper, hat, { headers: byRouter(drop) });
  const minute = () => Math.floor(Date.now() / RESERVATIONS_PER_SESSION.timeWindow);
  for (let tries = 0; ; tries++) {
    const from = minute();
    const statuses = new Set<number>();
    for (let count = 0; count < RESERVATIONS_PER_SESSION.max; count += 2)
      for (const answer of [await reserve(shopper, hat), await routed()]) statuses.add(answer.status);
    const [direct, byIt] = [await reserve(shopper, hat), await routed()];
    // Counts begin anew with each minute: then once more.
    if (minute() !== from && tries === 0) continue;
    expect([...statuses]).toContain(404);
    expect([direct.status, byIt.status]).toEqual([429, 429]);
    expect(Number(direct.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(formOf(direct).alike).toEqual(formOf(byIt).alike);
    expect(formOf(direct).all).toEqual(formOf(byIt).all);
    break;
  }
});
