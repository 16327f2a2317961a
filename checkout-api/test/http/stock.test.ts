import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyDrop, balances, createDrop } from '../support/checkout-database.ts';
import { send, serviceToken, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const authorization = `Bearer ${serviceToken}`;
const why = { reason: 'delivery', actor: 'ana' };

function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return send(checkout.internalUrl, method, `/internal/v1/drops/${path}`, {
    body,
    headers: { authorization, ...headers },
  });
}

async function createShoes(stock: number, parts = 1): Promise<string> {
  const drop = anyDrop();
  const product = { sku: 'shoe', name: 'Shoe', priceMinor: 1000, stock, parts };
  const setup = { name: 'A drop', holdSeconds: 60, tokenSeconds: 60, perShopperLimit: 4, currency: 'EUR' };
  expect((await ask('PUT', drop, { ...setup, products: [product] })).status).toBe(200);
  return drop;
}

test('stock is moved by signed movements and set by If-Match; the ledger says who, why and when', async () => {
  const drop = await createShoes(10);
  const restocked = await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 50, ...why });
  expect(restocked).toMatchObject({ status: 201, body: { drop, sku: 'shoe', delta: 50, ...why } });
  const read = await ask('GET', `${drop}/stock/shoe`);
  expect(read).toMatchObject({ status: 200, body: { available: 60, total: 60, ledger: restocked.body.id } });
  const etag = read.headers.get('etag') ?? '';
  const set = await ask('PUT', `${drop}/stock/shoe`, { total: 40, ...why }, { 'if-match': etag });
  expect(set).toMatchObject({ status: 200, body: { available: 40, total: 40 } });
  expect(set.headers.get('etag')).not.toBe(etag);
  const late = await ask('PUT', `${drop}/stock/shoe`, { total: 70, ...why }, { 'if-match': etag });
  expect(late).toMatchObject({
    status: 412,
    body: { type: expect.stringMatching(/stock-changed$/), total: 40 },
  });
  const ledger = await ask('GET', `${drop}/stock/shoe/movements?limit=1`);
  expect(ledger.body.movements).toMatchObject([{ delta: -20, ...why, at: expect.stringMatching(/Z$/) }]);
  const before = ledger.body.movements[0].id;
  expect((await ask('GET', `${drop}/stock/shoe/movements?before=${before}`)).body.movements).toMatchObject([
    { delta: 50 },
  ]);
});

test('promise 6: a movement sent twice under one key is one', async () => {
  const drop = await createShoes(0);
  const key = { 'idempotency-key': 'delivery-7' };
  const body = { sku: 'shoe', delta: 5, ...why };
  const first = await ask('POST', `${drop}/stock-movements`, body, key);
  expect(await ask('POST', `${drop}/stock-movements`, body, key)).toMatchObject({
    status: 201,
    text: first.text,
  });
  expect((await ask('POST', `${drop}/stock-movements`, { ...body, delta: 6 }, key)).status).toBe(422);
  expect((await ask('GET', `${drop}/stock/shoe`)).body.total).toBe(5);
});

test('stock is split over more rows while it is sold, and never over fewer', async () => {
  const drop = await createShoes(10, 4);
  const setup = { name: 'A drop', holdSeconds: 60, tokenSeconds: 60, perShopperLimit: 4, currency: 'EUR' };
  const put = (parts: number) =>
    ask('PUT', drop, {
      ...setup,
      products: [{ sku: 'shoe', name: 'Shoe', priceMinor: 1, stock: 99, parts }],
    });
  expect((await put(8)).body.products).toMatchObject([{ parts: 8, initial: 10, available: 10 }]);
  expect((await put(2)).body.products).toMatchObject([{ parts: 8, initial: 10, available: 10 }]);
});

test('promise 8: a bad change of stock gets a problem document that names the field and the reason', async () => {
  const drop = await createShoes(3);
  const path = `${drop}/stock/shoe`;
  const ifMatch = (value: string) => ({ 'if-match': value });
  const cases: [Awaited<ReturnType<typeof ask>>, number, RegExp][] = [
    [await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 0, ...why }), 400, /body\.delta/],
    [await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 1.5, ...why }), 400, /body\.delta/],
    [await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 2e9, ...why }), 400, /body\.delta/],
    [
      await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 1, actor: 'ana' }),
      400,
      /body\.reason/,
    ],
    [await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 1, ...why, x: 1 }), 400, /body\.x/],
    [await ask('POST', `${drop}/stock-movements`, { sku: 'hat', delta: 1, ...why }), 404, /no-such-sku/],
    [
      await ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: -4, ...why }),
      409,
      /not-enough-stock/,
    ],
    [await ask('PUT', path, { total: 5, ...why }), 428, /If-Match/],
    [await ask('PUT', path, { total: 5, ...why }, ifMatch('*')), 400, /if-match/],
    [await ask('PUT', path, { total: 5, ...why }, ifMatch('5')), 400, /if-match/],
    [await ask('PUT', path, { total: -1, ...why }, ifMatch('"0"')), 400, /body\.total/],
    [await ask('PUT', `${drop}/stock/hat`, { total: 5, ...why }, ifMatch('"0"')), 404, /no-such-sku/],
    [await ask('GET', `no-such-drop/stock/shoe`), 404, /no-such-drop/],
    [await ask('GET', `${drop}/stock/shoe/movements?limit=0`), 400, /limit/],
  ];
  for (const [answer, status, named] of cases) {
    expect(answer.status, String(named)).toBe(status);
    expect(answer.text).toMatch(named);
  }
  for (const [method, at] of [
    ['POST', `${drop}/stock-movements`],
    ['PUT', path],
    ['GET', path],
    ['GET', `${path}/movements`],
  ] as const) {
    expect((await ask(method, at, undefined, { authorization: 'Bearer wrong' })).status, at).toBe(401);
  }
  expect((await ask('GET', path)).body).toMatchObject({ available: 3, total: 3, ledger: 0 });
});

test('a revoked admission is refused at the door, with the reason; a bad revocation names the field', async () => {
  const drop = await createShoes(3);
  const { token, secret, jti } = await checkout.room.admit(drop);
  const open = () =>
    send(checkout.url, 'POST', `/v1/drops/${drop}/session`, {
      headers: { authorization: `Bearer ${token}`, 'sluice-secret': secret },
    });
  expect((await open()).status).toBe(201);
  expect(await ask('POST', `${drop}/revocations`, { jtis: [jti], ...why })).toMatchObject({
    status: 200,
    body: { ended: 1 },
  });
  expect(await open()).toMatchObject({
    status: 401,
    body: { type: expect.stringMatching(/admission-refused$/), reason: 'revoked' },
  });
  for (const body of [{ jtis: [], ...why }, { jtis: ['x'], ...why }, { ...why }])
    expect(await ask('POST', `${drop}/revocations`, body)).toMatchObject({
      status: 400,
      text: expect.stringMatching(/jtis/),
    });
  expect(
    (await ask('POST', `${drop}/revocations`, { jtis: [jti], ...why }, { authorization: '' })).status,
  ).toBe(401);
});

test('promise 8: a number in quotes is no number, and text that no database can hold is refused, by its field', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const move = (given: object) =>
    ask('POST', `${drop}/stock-movements`, { sku: 'shoe', delta: 1, reason: 'r', actor: 'a', ...given });
  for (const [given, field] of [
    [{ delta: '1' }, 'body.delta'],
    [{ delta: true }, 'body.delta'],
    [{ sku: 7 }, 'body.sku'],
    [{ reason: ['r'] }, 'body.reason'],
    [{ actor: null }, 'body.actor'],
    [{ reason: 'a\u0000b' }, 'body.reason'],
    [{ actor: '\ud800' }, 'body.actor'],
  ] as const)
    expect(await move(given), JSON.stringify(given)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { available: 5, total: 5 } });
});
