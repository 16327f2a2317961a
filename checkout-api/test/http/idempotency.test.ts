import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStockStore } from '../../src/store/stock.ts';
import { balances, createDrop } from '../support/checkout-database.ts';
import { type Answer, shopperOf, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const shoe = [{ sku: 'shoe', quantity: 1 }];
const problem = (type: string) => ({ type: expect.stringMatching(new RegExp(`/${type}$`)) });
/** All of an answer that a client may go by. */
const bytesOf = ({ status, headers, text }: Answer) => [
  status,
  headers.get('content-type'),
  headers.get('location'),
  headers.get('cache-control'),
  text,
];

test('promise 6: a key answers byte for byte as it first did, more than a day later, whatever became of everything else', async () => {
  const drop = await createDrop(checkout.db.database, { lace: 9, shoe: 1 });
  const shopper = await checkout.enter(drop);
  const wish = [...shoe, { sku: 'lace', quantity: 2 }];
  const first = await shopper.reserve('k', wish);
  expect(first.status).toBe(201);
  const path = `/v1/reservations/${first.body.id}`;
  await shopper.call('POST', `${path}/extension`);
  await shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' });
  await createStockStore(checkout.db.database).putDrop(drop, {
    name: 'Renamed',
    closesAt: new Date(Date.now() - 86_400_000),
    holdSeconds: 60,
    tokenSeconds: 60,
    perShopperLimit: 1,
    currency: 'USD',
    products: [{ sku: 'shoe', name: 'Boot', priceMinor: 7, stock: 0, parts: 4 }],
  });
  await checkout.db.database.query(
    `update checkout.reservations set created_at = created_at - interval '25 hours', expires_at = expires_at - interval '25 hours',
            finished_at = finished_at - interval '25 hours' where drop_id = $1`,
    [drop],
  );
  await checkout.db.database.query(
    `update checkout.sessions set opened_at = opened_at - interval '25 hours', reserve_until = reserve_until - interval '25 hours'
      where drop_id = $1`,
    [drop],
  );
  const { url } = await checkout.another();
  const later = shopperOf(url, shopper.jti, shopper.credential);
  expect(bytesOf(await later.reserve('k', wish))).toEqual(bytesOf(first));
  expect(bytesOf(await shopper.reserve('k', [...wish].reverse()))).toEqual(bytesOf(first));
  expect(await later.reserve('k', shoe)).toMatchObject({
    status: 422,
    body: problem('idempotency-key-reused'),
  });
  expect(await later.reserve('k2', shoe)).toMatchObject({ status: 410, body: problem('session-ended') });
});

test('promise 6: a key that is being decided is 409 on the same instance, and on another one waits for the one answer', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const other = await checkout.another();
  const elsewhere = shopperOf(other.url, shopper.jti, shopper.credential);
  const outsider = await checkout.db.database.connect();
  try {
    await outsider.query('begin');
    await outsider.query('select from checkout.shoppers where drop_id = $1 for update', [drop]);
    const pair = [shopper.reserve('k', shoe), shopper.reserve('k', shoe)];
    const refused = await Promise.race(pair);
    expect(refused).toMatchObject({ status: 409, body: problem('idempotency-key-in-flight') });
    expect(refused.headers.get('retry-after')).toBe('1');
    const third = elsewhere.reserve('k', shoe);
    await outsider.query('commit');
    const decided = (await Promise.all(pair)).find(({ status }) => status !== 409);
    expect(decided?.status).toBe(201);
    if (decided === undefined) return;
    expect(bytesOf(await third)).toEqual(bytesOf(decided));
    expect(bytesOf(await shopper.reserve('k', shoe))).toEqual(bytesOf(decided));
    expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { held: 1 } });
  } finally {
    outsider.release(true);
  }
});

test('a refusal that touched no stock is not recorded: the same key succeeds later, with another wish too', async () => {
  const drop = await createDrop(checkout.db.database, { lace: 9, shoe: 1 }, { perShopperLimit: 2 });
  const [rival, shopper] = [await checkout.enter(drop), await checkout.enter(drop)];
  const { body: taken } = await rival.reserve('k', shoe);
  const refusals: [unknown, number, string][] = [
    [shoe, 409, 'sold-out'],
    [[{ sku: 'lace', quantity: 3 }], 409, 'limit-exceeded'],
    [[{ sku: 'hat', quantity: 1 }], 404, 'no-such-sku'],
    [[{ sku: 'lace', quantity: 0 }], 400, 'invalid-request'],
  ];
  for (const [wish, status, type] of refusals)
    expect(await shopper.reserve('one-key', wish), type).toMatchObject({ status, body: problem(type) });
  await rival.call('DELETE', `/v1/reservations/${taken.id}`);
  expect((await shopper.reserve('one-key', shoe)).status).toBe(201);
});

test('promise 8: a request without a key is 400 and names it', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const answer = await shopper.call('POST', '/v1/reservations', { lines: shoe });
  expect(answer).toMatchObject({ status: 400, body: { ...problem('invalid-request') } });
  expect(answer.text).toContain('idempotency-key');
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { held: 0 } });
});
