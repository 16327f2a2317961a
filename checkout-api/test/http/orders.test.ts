import { afterAll, beforeAll, expect, test } from 'vitest';
import { balances, createDrop, imbalances } from '../support/checkout-database.ts';
import {
  type Answer,
  send,
  serviceToken,
  startTestCheckout,
  type TestCheckout,
} from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const who = { reason: 'the shopper asked', actor: 'mara@shop' };
const nobody = '0190a7c0-0000-7000-8000-000000000000';

function office(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(checkout.internalUrl, method, `/internal/v1/orders/${path}`, {
    body,
    headers: { authorization: `Bearer ${serviceToken}`, ...headers },
  });
}

async function buy() {
  const drop = await createDrop(checkout.db.database, { lace: 5, shoe: 5 });
  const shopper = await checkout.enter(drop);
  const lines = [
    { sku: 'lace', quantity: 1 },
    { sku: 'shoe', quantity: 2 },
  ];
  const { body } = await shopper.reserve('k', lines);
  const paid = await shopper.call('POST', `/v1/reservations/${body.id}/payment`, { method: 'sandbox:ok' });
  return { drop, shopper, id: paid.body.order.id as string };
}

test('a cancelled order: the money is back, the units are for sale, and the shopper reads so', async () => {
  const { drop, shopper, id } = await buy();
  const key = { 'idempotency-key': 'cancel-1' };
  const asked = await office('POST', `${id}/cancellation`, who, key);
  expect(asked).toMatchObject({ status: 202, body: { kind: 'cancellation', amountMinor: 3000, ...who } });
  await expect
    .poll(async () => (await shopper.call('GET', `/v1/orders/${id}`)).body)
    .toMatchObject({ status: 'cancelled', refundedMinor: 3000, refundingMinor: 0 });
  expect(await balances(checkout.db.database, drop)).toMatchObject({
    lace: { available: 5 },
    shoe: { available: 5 },
  });
  expect((await office('POST', `${id}/cancellation`, who, key)).body.id).toBe(asked.body.id);
  expect(await office('POST', `${id}/fulfilment`)).toMatchObject({
    status: 409,
    body: { type: expect.stringContaining('order-state'), state: 'cancelled' },
  });
  expect(await imbalances(checkout.db.database, drop)).toEqual([]);
});

test('what has left is not cancelled but refunded, part by part, with units returned to sale', async () => {
  const { drop, id } = await buy();
  expect(await office('POST', `${id}/fulfilment`)).toMatchObject({
    status: 200,
    body: { status: 'fulfilled' },
  });
  expect(await office('POST', `${id}/fulfilment`)).toMatchObject({
    status: 200,
    body: { status: 'fulfilled' },
  });
  expect((await office('POST', `${id}/cancellation`, who, { 'idempotency-key': 'c' })).status).toBe(409);
  const part = { ...who, amountMinor: 1000, returnToSale: [{ sku: 'shoe', quantity: 1 }] };
  expect((await office('POST', `${id}/refunds`, part, { 'idempotency-key': 'r1' })).status).toBe(202);
  const tooMuch = await office(
    'POST',
    `${id}/refunds`,
    { ...who, amountMinor: 2001 },
    { 'idempotency-key': 'r2' },
  );
  expect(tooMuch).toMatchObject({ status: 409, body: { leftMinor: 2000 } });
  expect((await office('POST', `${id}/refunds`, who, { 'idempotency-key': 'r3' })).status).toBe(202);
  await expect
    .poll(async () => (await office('GET', id)).body)
    .toMatchObject({
      order: { status: 'refunded', refundedMinor: 3000 },
      refunds: [
        { amountMinor: 1000, status: 'succeeded' },
        { amountMinor: 2000, status: 'succeeded' },
      ],
    });
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { available: 4, sold: 2 } });
});

test('promise 8: what is wrong with a request about an order is named, and nothing happens', async () => {
  const { id } = await buy();
  const key = { 'idempotency-key': 'k' };
  const bad: [string, unknown, Record<string, string>, number, RegExp][] = [
    ['refunds', { ...who, amountMinor: 0 }, key, 400, /amountMinor/],
    ['refunds', { ...who, amountMinor: -5 }, key, 400, /amountMinor/],
    ['refunds', { ...who, amountMinor: 1.5 }, key, 400, /amountMinor/],
    ['refunds', { reason: 'x' }, key, 400, /actor/],
    ['refunds', { ...who, reason: '' }, key, 400, /reason/],
    ['refunds', { ...who, currency: 'EUR' }, key, 400, /currency/],
    ['refunds', who, {}, 400, /idempotency-key/],
    ['refunds', { ...who, returnToSale: [{ sku: 'shoe', quantity: 3 }] }, key, 400, /returnToSale/],
    ['refunds', { ...who, returnToSale: [{ sku: 'hat', quantity: 1 }] }, key, 400, /returnToSale/],
    [
      'refunds',
      {
        ...who,
        returnToSale: [
          { sku: 'shoe', quantity: 1 },
          { sku: 'shoe', quantity: 1 },
        ],
      },
      key,
      400,
      /returnToSale\.1\.sku/,
    ],
    ['cancellation', {}, key, 400, /reason|actor/],
    ['cancellation', who, {}, 400, /idempotency-key/],
  ];
  for (const [path, body, headers, status, named] of bad) {
    const answer = await office('POST', `${id}/${path}`, body, headers);
    expect([answer.status, answer.text], JSON.stringify(body)).toEqual([
      status,
      expect.stringMatching(named),
    ]);
  }
  expect((await office('POST', `${nobody}/cancellation`, who, key)).status).toBe(404);
  expect((await office('POST', `${nobody}/fulfilment`)).status).toBe(404);
  expect((await office('GET', nobody)).status).toBe(404);
  expect((await office('GET', 'not-an-id')).status).toBe(400);
  const stranger = await send(checkout.internalUrl, 'POST', `/internal/v1/orders/${id}/fulfilment`);
  expect(stranger.status).toBe(401);
  expect((await office('GET', id)).body).toMatchObject({ order: { status: 'paid' }, refunds: [] });
});
