import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { DROP, furnishRoom, startUpstream, type Upstream } from './support/upstreams.ts';

const ID = '8c3d9a52-6c1e-4a53-9d0c-1f3f2b9c7e01';
const ORDER = '4b7de3f0-90a5-4f1c-8f29-7d1c1c3b2a10';
const HOLD = {
  id: ID,
  drop: DROP,
  status: 'held',
  lines: [{ sku: 'low-42', quantity: 2 }],
  amountMinor: 25_800,
  currency: 'EUR',
  expiresAt: '2026-11-24T12:08:00Z',
};
const SESSION_COOKIE = `co_session_${DROP}=${'s'.repeat(43)}`;
const problem = (name: string) => ({ type: `https://sluice.dev/problems/${name}` });

let room: Upstream;
let checkout: Upstream;
let app: FastifyInstance;
let admit: ReturnType<typeof furnishRoom>;

beforeEach(async () => {
  [room, checkout] = await Promise.all([startUpstream(), startUpstream()]);
  admit = furnishRoom(room);
  checkout.answers.set(`POST /v1/drops/${DROP}/session`, {
    status: 201,
    body: { sessionId: ID, expiresAt: '2026-11-24T12:10:00Z' },
    cookie: `${SESSION_COOKIE}; Path=/; HttpOnly`,
  });
  app = await buildApp(
    readConfig({
      LOG_LEVEL: 'silent',
      PUBLIC_URL: 'http://localhost:8000',
      ROOM_PUBLIC_URL: room.url,
      CHECKOUT_URL: checkout.url,
      DROP,
    }),
  );
});

afterEach(async () => {
  await app.close();
  await Promise.all([room.close(), checkout.close()]);
});

const get = (url: string, cookie = '') => app.inject({ url, headers: { accept: 'text/html', cookie } });
const post = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  });

describe('the front page', () => {
  test('shows models, sizes, prices and live stock to everyone', async () => {
    const { body, statusCode } = await get('/');
    expect(statusCode).toBe(200);
    expect(body).toContain('Aurora Low</h2>');
    expect(body).toContain('€129.00');
    expect(body).not.toContain('http-equiv="refresh"');
    expect(body).toContain('data-sku="low-42" data-level="many">12 left');
    expect(body).toContain('data-level="few">3 left');
    expect(body).toContain('data-level="none">Sold out');
    expect((await get('/stock.json')).json().products).toContainEqual({ sku: 'low-43', available: 3 });
  });

  test('leads to a page for each model, with its sizes and a form into the line', async () => {
    expect((await get('/')).body).toContain('href="/shoes/aurora-low"');
    const { body, statusCode } = await get('/shoes/aurora-low');
    expect(statusCode).toBe(200);
    expect(body).toContain('<h1>Aurora Low</h1>');
    expect(body).toContain('<form action="/buy">');
    expect(body).toMatch(/value="low-42" checked/);
    // Sold out now may be back when the turn comes.
    expect(body).toMatch(/value="low-44">/);
    expect((await get('/shoes/no-such-shoe')).statusCode).toBe(404);
    expect((await get('/shoes/%00')).statusCode).toBe(404);
  });

  test('takes visitors of a product page to the front page while nobody can say what is sold', async () => {
    room.answers.delete(`GET /v1/drops/${DROP}/products`);
    const { statusCode, headers } = await get('/shoes/aurora-low');
    expect([statusCode, headers.location]).toEqual([303, '/']);
  });

  test('asks the room once for many visitors', async () => {
    await Promise.all(Array.from({ length: 50 }, () => get('/')));
    // Once a second: a slow machine may need a few.
    expect(room.asked.filter(({ url }) => url.endsWith('/products')).length).toBeLessThan(10);
  });

  test('is there without the room, too', async () => {
    await room.close();
    const { body, statusCode } = await get('/');
    expect(statusCode).toBe(200);
    expect(body).toContain('href="/buy"');
    // It promises that stock is shown shortly, and looks again by itself.
    expect(body).toContain('Stock is shown here shortly');
    expect(body).toContain('http-equiv="refresh" content="2"');
  });

  test('escapes what products are called', async () => {
    furnishRoom(room, '<script>alert(1)</script>');
    const { body } = await get('/');
    expect(body).not.toContain('<script>alert');
    expect(body).toContain('&#60;script&#62;alert(1)');
  });
});

describe('buying', () => {
  test('without admission leads to the waiting room, and the checkout hears nothing of it', async () => {
    for (const answer of [
      await get('/buy?sku=low-42'),
      await post('/buy/reserve', { 'quantity:low-42': '1', key: 'k' }),
    ]) {
      expect(answer.headers.location).toContain(`${room.url}/w/${DROP}?return=`);
    }
    expect(checkout.asked).toEqual([]);
  });

  test('Q34: with admission opens the checkout session with token and secret, and its cookie reaches the browser', async () => {
    const { token, secret, cookie } = await admit();
    const answer = await get('/buy?sku=low-43', cookie);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['set-cookie']).toContain(SESSION_COOKIE);
    // One pair of what the shopper came for, and nothing that is sold out.
    expect(answer.body).toMatch(/name="quantity:low-43"[^>]*><option>0<\/option><option selected>1</);
    expect(answer.body).toMatch(/name="quantity:low-42"[^>]*><option selected>0</);
    expect(answer.body).toMatch(/name="quantity:low-44"[^>]* disabled>/);
    expect(answer.body).toContain('data-currency="EUR">€129.00</output>');
    expect(checkout.asked[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'sluice-secret': secret,
    });
  });

  test('sends the cart as one reservation under the key made with the page', async () => {
    const { cookie } = await admit();
    checkout.answers.set('POST /v1/reservations', { status: 201, body: HOLD });
    const choice = { 'quantity:low-42': '2', 'quantity:low-43': '1', 'quantity:low-44': '0', key: 'key-1' };
    const answer = await post('/buy/reserve', choice, {
      cookie: `${cookie}; ${SESSION_COOKIE}; wr_${DROP}=ticket`,
    });
    expect(answer.headers.location).toBe(`/hold/${ID}`);
    const [asked] = checkout.asked;
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      lines: [
        { sku: 'low-42', quantity: 2 },
        { sku: 'low-43', quantity: 1 },
      ],
    });
    expect(asked?.headers['idempotency-key']).toBe('key-1');
    // Neither the room's ticket nor the connector's cookies are the checkout's business.
    expect(asked?.headers.cookie).toBe(SESSION_COOKIE);
  });

  test.each([
    ['no product', { key: 'k' }],
    ['no key', { 'quantity:low-42': '1' }],
    ['a quantity of none', { 'quantity:low-42': '0', key: 'k' }],
    ['a quantity beyond sense', { 'quantity:low-42': '1e3', key: 'k' }],
  ])('leads back to the cart for %s', async (_what, fields) => {
    const { cookie } = await admit();
    const answer = await post('/buy/reserve', fields as Record<string, string>, { cookie });
    expect(answer.headers.location).toBe('/buy?problem=invalid-request');
    expect(checkout.asked).toEqual([]);
  });

  test('says in words what the checkout answered', async () => {
    const { cookie } = await admit();
    checkout.answers.set('POST /v1/reservations', { status: 409, body: problem('sold-out') });
    const answer = await post('/buy/reserve', { 'quantity:low-42': '2', key: 'k' }, { cookie });
    expect(answer.headers.location).toBe('/buy?quantity%3Alow-42=2&problem=sold-out');
    const { body } = await get(String(answer.headers.location), cookie);
    expect(body).toContain('Someone was quicker');
    // And the cart is as it was.
    expect(body).toMatch(/name="quantity:low-42"[^>]*>.*?<option selected>2</);
  });

  test('offers the line again when the turn has been used, and forgets the token when it is taken', async () => {
    const { cookie } = await admit();
    checkout.answers.set(`POST /v1/drops/${DROP}/session`, { status: 410, body: problem('session-ended') });
    const page = await get('/buy', cookie);
    expect(page.statusCode).toBe(409);
    expect(page.body).toContain('action="/again"');
    const again = await post('/again', {}, { cookie });
    expect(again.statusCode).toBe(303);
    expect(again.headers.location).toContain(`/w/${DROP}?`);
    expect(again.headers['set-cookie']).toContainEqual(
      expect.stringMatching(/^sluice_token_shop-test=; .*Max-Age=0/),
    );
  });

  test('waits for a checkout that does not answer, and keeps the turn', async () => {
    const { cookie } = await admit();
    await checkout.close();
    const answer = await get('/buy', cookie);
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('http-equiv="refresh"');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('a hold', () => {
  beforeEach(() => {
    checkout.answers.set(`GET /v1/reservations/${ID}`, { body: HOLD });
  });

  test('Q34: is paid without an admission, by the session alone', async () => {
    const page = await get(`/hold/${ID}`, SESSION_COOKIE);
    expect(page.body).toContain('Pay €258.00');
    checkout.answers.set(`POST /v1/reservations/${ID}/payment`, {
      body: { status: 'paid', order: { id: ORDER } },
    });
    const paid = await post(`/hold/${ID}/pay`, { method: 'sandbox:ok' }, { cookie: SESSION_COOKIE });
    expect(paid.headers.location).toBe(`/order/${ORDER}`);
    expect(JSON.parse(checkout.asked.at(-1)?.body ?? '')).toEqual({ method: 'sandbox:ok' });
    checkout.answers.set(`GET /v1/orders/${ORDER}`, {
      body: { ...HOLD, id: ORDER, status: 'paid', createdAt: '2026-11-24T12:01:00Z' },
    });
    expect((await get(`/order/${ORDER}`, SESSION_COOKIE)).body).toContain('It is yours');
  });

  test('stays after a declined card', async () => {
    checkout.answers.set(`POST /v1/reservations/${ID}/payment`, { status: 402, body: problem('declined') });
    const answer = await post(`/hold/${ID}/pay`, { method: 'sandbox:decline' }, { cookie: SESSION_COOKIE });
    expect(answer.statusCode).toBe(402);
    expect(answer.body).toContain('Nothing was charged');
    // Nobody offers a receipt who can send none.
    expect(answer.body).not.toContain('receiptTo');
    const again = await get(`/hold/${ID}/pay`, SESSION_COOKIE);
    expect([again.statusCode, again.headers.location]).toEqual([303, `/hold/${ID}`]);
  });

  test('5.15: where receipts are sent, an address may be given; after a fault it still stands there, and in no address', async () => {
    const shop = await buildApp(
      readConfig({
        ...{ LOG_LEVEL: 'silent', PUBLIC_URL: 'http://localhost:8000', ROOM_PUBLIC_URL: room.url },
        ...{ CHECKOUT_URL: checkout.url, DROP, RECEIPTS: 'on' },
      }),
    );
    const pay = (fields: Record<string, string>) =>
      shop.inject({
        ...{ method: 'POST', url: `/hold/${ID}/pay` },
        headers: {
          accept: 'text/html',
          'content-type': 'application/x-www-form-urlencoded',
          'accept-language': 'de',
          cookie: SESSION_COOKIE,
        },
        payload: new URLSearchParams(fields).toString(),
      });
    const payment = `POST /v1/reservations/${ID}/payment`;
    try {
      const receiptTo = '"><b>@x';
      const refusal = { ...problem('invalid-request'), errors: [{ field: 'body.receiptTo', reason: 'no' }] };
      checkout.answers.set(payment, { status: 400, body: refusal });
      const refused = await pay({ method: 'sandbox:ok', receiptTo: ` ${receiptTo} ` });
      expect(refused.statusCode).toBe(400);
      expect(refused.body).toContain('No receipt can be sent to that e-mail address');
      expect(refused.body).toContain('value="&#34;&#62;&#60;b&#62;@x"');
      expect(refused.body).toContain('aria-invalid="true"');
      const asked = checkout.asked.find(({ method }) => method === 'POST');
      expect(JSON.parse(asked?.body ?? '')).toEqual({ method: 'sandbox:ok', receiptTo });
      expect(asked?.headers['accept-language']).toBe('de');

      checkout.answers.set(payment, { status: 402, body: problem('declined') });
      const declined = await pay({ method: 'sandbox:decline', receiptTo: 'mila@example.com' });
      expect(declined.body).toContain('value="mila@example.com"');
      expect(declined.body).not.toContain('aria-invalid');

      checkout.answers.set(payment, { body: { status: 'paid', order: { id: ORDER } } });
      expect((await pay({ method: 'sandbox:ok', receiptTo: '' })).headers.location).toBe(`/order/${ORDER}`);
      expect(JSON.parse(checkout.asked.at(-1)?.body ?? '')).toEqual({ method: 'sandbox:ok' });
    } finally {
      await shop.close();
    }
  });

  test('waits by itself for a payment that takes a while', async () => {
    checkout.answers.set(`POST /v1/reservations/${ID}/payment`, {
      status: 202,
      body: { status: 'processing' },
    });
    const answer = await post(`/hold/${ID}/pay`, {}, { cookie: SESSION_COOKIE });
    expect(answer.headers.location).toBe(`/hold/${ID}`);
    checkout.answers.set(`GET /v1/reservations/${ID}`, { body: { ...HOLD, status: 'processing' } });
    expect((await get(`/hold/${ID}`)).body).toContain('http-equiv="refresh"');
    checkout.answers.set(`GET /v1/reservations/${ID}`, { body: { ...HOLD, status: 'paid', orderId: ORDER } });
    expect((await get(`/hold/${ID}`)).headers.location).toBe(`/order/${ORDER}`);
  });

  test.each(['released', 'expired'])('that is %s leads back to the choice', async (status) => {
    checkout.answers.set(`GET /v1/reservations/${ID}`, { body: { ...HOLD, status } });
    const answer = await get(`/hold/${ID}`, SESSION_COOKIE);
    expect(answer.statusCode).toBe(410);
    expect(answer.body).toContain('href="/buy"');
  });

  test.each(['/hold/1', '/order/x', `/hold/${ID}/buy`, '/buy%00x/..%2f'])(
    'unknown or odd address %s is a 4xx page',
    async (url) => {
      expect((await get(url)).statusCode).toBeGreaterThanOrEqual(400);
      expect((await get(url)).statusCode).toBeLessThan(500);
    },
  );
});

describe('Q35: /checkout/* is the checkout on the host of the shop', () => {
  test('passes method, path, query, body and session on, and status, body and cookies back', async () => {
    checkout.answers.set('POST /v1/reservations', { status: 201, body: HOLD, cookie: 'co_x=1' });
    const answer = await app.inject({
      method: 'POST',
      url: '/checkout/v1/reservations?x=%2F1',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'k',
        cookie: `a=1; ${SESSION_COOKIE}`,
        'x-secret': 'mine',
      },
      payload: '{ "lines": [] }',
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual(HOLD);
    expect(answer.headers['set-cookie']).toBe('co_x=1');
    expect(answer.headers['x-internal']).toBeUndefined();
    const [asked] = checkout.asked;
    expect(asked).toMatchObject({ method: 'POST', url: '/v1/reservations?x=%2F1', body: '{ "lines": [] }' });
    expect(asked?.headers).toMatchObject({
      'idempotency-key': 'k',
      cookie: SESSION_COOKIE,
      'x-forwarded-for': '127.0.0.1',
    });
    expect(asked?.headers['x-secret']).toBeUndefined();
  });

  test('gives the session route the admission from cookies that scripts cannot read', async () => {
    const { token, secret, cookie } = await admit();
    const answer = await app.inject({
      method: 'POST',
      url: `/checkout/v1/drops/${DROP}/session`,
      headers: { cookie },
    });
    expect(answer.statusCode).toBe(201);
    expect(checkout.asked[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'sluice-secret': secret,
    });
  });

  test('gives the admission to no other route', async () => {
    const { cookie } = await admit();
    for (const path of [`/v1/drops/${DROP}/session/x`, '/v1/reservations']) {
      await app.inject({ method: 'POST', url: `/checkout${path}`, headers: { cookie } });
    }
    await app.inject({ url: `/checkout/v1/drops/${DROP}/session`, headers: { cookie } });
    for (const { headers } of checkout.asked) expect(headers).not.toHaveProperty('authorization');
    expect(checkout.asked).toHaveLength(3);
  });

  test.each([
    '/checkout//evil.example/x',
    '/checkout/@evil.example/',
    '/checkout/v1/..%2f..%2finternal',
    '/checkout/../internal',
  ])('stays on the checkout and inside its path for %s', async (url) => {
    const answer = await app.inject({ url, headers: { accept: 'application/json' } });
    expect([400, 404]).toContain(answer.statusCode);
  });

  test('answers 503 with a problem document when the checkout is down', async () => {
    await checkout.close();
    const answer = await app.inject('/checkout/v1/orders/x');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});

test.each(['cross-site', 'same-site'])(
  'a form sent by a %s page is refused, the callback excepted',
  async (site) => {
    const headers = { 'sec-fetch-site': site };
    expect((await post('/again', {}, headers)).statusCode).toBe(403);
    expect((await post(`/hold/${ID}/pay`, {}, headers)).statusCode).toBe(403);
    const { token } = await admit();
    expect((await post('/.sluice/callback', { token, drop: DROP, to: '/buy' }, headers)).statusCode).toBe(
      303,
    );
  },
);

test('every page forbids foreign scripts, styles and frames, and names the room as the only other place for forms', async () => {
  const policy = (await get('/')).headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`form-action 'self' ${room.url}`);
  expect((await get('/')).body).not.toMatch(/<script>|<style|style="| on\w+="/);
});

test('1.14: all faults of the configuration are reported at once, by name and expectation', () => {
  expect(() =>
    readConfig({
      PORT: 'x',
      DROP: 'Not A Drop',
      CHECKOUT_URL: 'ftp://x',
      LOG_LEVEL: 'loud',
      RECEIPTS: 'yes',
    }),
  ).toThrow(
    [
      'PORT must be a port, 0-65535',
      'ROOM_PUBLIC_URL is required',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
      'PUBLIC_URL is required',
      'CHECKOUT_URL must be an http(s) address',
      'DROP must be a drop id',
      'RECEIPTS must be on or off',
    ].join('\n'),
  );
});
