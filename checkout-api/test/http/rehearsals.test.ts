import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconcile } from '../../src/store/reconcile.ts';
import { createStockStore } from '../../src/store/stock.ts';
import { balances, createDrop, imbalances } from '../support/checkout-database.ts';
import { send, serviceToken, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

let checkout: TestCheckout;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  // Real drops are paid through Stripe alone, at an address where nobody answers: a call to it would be seen as a failure.
  checkout = await startTestCheckout({
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8, ::1/128',
    PAYMENT_PROVIDERS: 'stripe',
    STRIPE_SECRET_KEY: 'sk_test_nobody',
    STRIPE_WEBHOOK_SECRET: 'whsec_nobody',
    STRIPE_API_URL: 'http://127.0.0.1:9',
  });
});
afterAll(async () => {
  await checkout.close();
  await receiver.close();
});

const office = (method: string, path: string, body?: unknown) =>
  send(checkout.internalUrl, method, `/internal/v1${path}`, {
    body,
    headers: { authorization: `Bearer ${serviceToken}` },
  });

let drops = 0;
async function rehearse(stock: Record<string, number>): Promise<string> {
  const drop = `rehearsal-${process.pid}-${drops++}`;
  const products = Object.entries(stock).map(([sku, units]) => ({
    sku,
    name: sku,
    priceMinor: 1000,
    stock: units,
  }));
  const plan = {
    name: 'A copy',
    holdSeconds: 480,
    tokenSeconds: 600,
    perShopperLimit: 4,
    currency: 'EUR',
    products,
  };
  expect((await office('PUT', `/drops/${drop}`, plan)).status).toBe(200);
  return drop;
}

/** Tables of both schemas that still have a row of the drop, or of one of its reservations. */
async function leftOf(drop: string, reservations: readonly string[]): Promise<string[]> {
  const { database } = checkout.db;
  const { rows } = await database.query<{ schema: string; name: string; column: string }>(
    `select table_schema as schema, table_name as name, column_name as column from information_schema.columns
      where table_schema in ('checkout', 'sandbox') and column_name in ('drop_id', 'reservation_id', 'reference')
        and table_name in (select tablename from pg_tables where schemaname in ('checkout', 'sandbox'))`,
  );
  const left: string[] = [];
  for (const { schema, name, column } of rows) {
    const wanted = column === 'drop_id' ? [drop] : reservations;
    const found = await database.query(
      `select from ${schema}.${name} where ${column}::text = any ($1::text[])`,
      [wanted],
    );
    if (found.rowCount) left.push(`${schema}.${name}`);
  }
  return left;
}

async function shopIn(drop: string, method: string) {
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  const paid = await shopper.call('POST', `/v1/reservations/${body.id}/payment`, { method });
  return { shopper, reservation: body.id as string, paid };
}

test('a rehearsal is paid in the sandbox, whatever takes the money of real drops', async () => {
  const drop = await rehearse({ shoe: 5 });
  for (const method of ['stripe:pm_card_visa', 'sandbox:ok'])
    expect((await shopIn(drop, method)).paid).toMatchObject({ status: 200, body: { status: 'paid' } });
  expect((await shopIn(drop, 'sandbox:decline')).paid).toMatchObject({ status: 402 });
  const { rows } = await checkout.db.database.query(
    'select distinct provider from checkout.payment_attempts join checkout.reservations r on r.id = reservation_id where r.drop_id = $1',
    [drop],
  );
  expect(rows).toEqual([{ provider: 'rehearsal' }]);
});

test('a real drop is never paid in the sandbox where that is not configured', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  expect((await shopIn(drop, 'sandbox:ok')).paid).toMatchObject({
    status: 400,
    body: { type: expect.stringContaining('unknown-payment-method') },
  });
});

test('nobody is told of a rehearsal, and its orders are found nowhere', async () => {
  const types = ['order.paid', 'stock.changed', 'stock.low', 'drop.sold_out'];
  expect((await office('POST', '/webhooks', { url: receiver.url, types })).status).toBe(201);
  const drop = await rehearse({ shoe: 1 });
  const { paid } = await shopIn(drop, 'sandbox:ok');
  const { order } = paid.body;
  await checkout.db.database.query('select checkout.emit_stock_events(0)');
  const { rows } = await checkout.db.database.query('select type from checkout.events where drop_id = $1', [
    drop,
  ]);
  expect(rows).toEqual([]);
  for (const query of [`id=${order.id}`, `drops=${drop}`])
    expect((await office('GET', `/orders?${query}`)).body.orders).toEqual([]);
});

test('promise 6: a deleted rehearsal leaves no row in ledger or sandbox, and the books of every other drop stand', async () => {
  const drop = await rehearse({ shoe: 5, lace: 5 });
  const other = await createDrop(checkout.db.database, { shoe: 5 });
  const neighbour = await checkout.enter(other);
  expect((await neighbour.reserve('k', [{ sku: 'shoe', quantity: 2 }])).status).toBe(201);
  const move = { drop: other, sku: 'shoe', delta: 3, reason: 'more', actor: 'mara' };
  await createStockStore(checkout.db.database).change({ ...move, key: null });
  const before = await balances(checkout.db.database, other);

  await createStockStore(checkout.db.database).change({ ...move, drop, key: null });
  const paid = await shopIn(drop, 'sandbox:ok');
  const declined = await shopIn(drop, 'sandbox:decline');
  const held = await checkout.enter(drop);
  const { body } = await held.reserve('k', [{ sku: 'lace', quantity: 1 }]);
  const reservations = [paid.reservation, declined.reservation, body.id as string];
  const refund = await send(
    checkout.internalUrl,
    'POST',
    `/internal/v1/orders/${paid.paid.body.order.id}/refunds`,
    {
      body: { reason: 'a try', actor: 'mara', amountMinor: 100 },
      headers: { authorization: `Bearer ${serviceToken}`, 'idempotency-key': 'r' },
    },
  );
  expect(refund.status).toBe(202);
  expect(await leftOf(drop, reservations)).not.toEqual([]);

  expect(await office('DELETE', `/drops/${drop}`)).toMatchObject({ status: 200, body: { drop } });
  await expect.poll(async () => (await office('DELETE', `/drops/${drop}`)).body.rows).toBe(0);
  expect(await leftOf(drop, reservations)).toEqual([]);
  expect(
    (await paid.shopper.call('GET', `/v1/orders/${paid.paid.body.order.id}`)).status,
  ).toBeGreaterThanOrEqual(400);
  expect((await held.reserve('again', [{ sku: 'lace', quantity: 1 }])).status).toBeLessThan(500);

  expect(await balances(checkout.db.database, other)).toEqual(before);
  expect(await imbalances(checkout.db.database, other)).toEqual([]);
  expect((await reconcile(checkout.db.database, null)).differences).toEqual([]);
});

test('nothing but a rehearsal can be deleted, by HTTP or by SQL', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const stock = createStockStore(checkout.db.database);
  await stock.change({ drop, sku: 'shoe', delta: 3, reason: 'more', actor: 'mara', key: null });
  expect(await office('DELETE', `/drops/${drop}`)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'params.drop', reason: expect.stringContaining('rehearsal') }] },
  });
  expect((await send(checkout.internalUrl, 'DELETE', '/internal/v1/drops/rehearsal-x')).status).toBe(401);
  const { database } = checkout.db;
  await expect(database.query('select checkout.delete_rehearsal($1)', [drop])).rejects.toThrow(
    'no rehearsal',
  );
  await expect(
    database.query('delete from checkout.stock_movements where drop_id = $1', [drop]),
  ).rejects.toThrow('append-only');
  await expect(database.query('update checkout.stock_movements set delta = 1')).rejects.toThrow(
    'append-only',
  );
  expect((await balances(database, drop)).shoe).toMatchObject({ available: 8 });
});

test('neither scaling nor alerts see a rehearsal', async () => {
  const drop = await rehearse({ shoe: 5 });
  const real = await createDrop(checkout.db.database, { shoe: 5 });
  const scrape = async () => (await send(checkout.internalUrl, 'GET', '/metrics')).text;
  await expect.poll(scrape).toContain(`checkout_units_sellable{drop="${real}"`);
  const isReported = () => checkout.room.calls.some(({ path }) => path === `/v1/drops/${drop}/capacity`);
  await expect.poll(isReported).toBe(true);
  await shopIn(drop, 'sandbox:ok');
  const text = await scrape();
  expect(text).not.toContain(drop);
  expect(text).not.toMatch(/checkout_payments_total\{outcome="captured"[^}]*\} [1-9]/);
});

test('4.13: no total counts a rehearsal: sessions, reservations, refunds, holds that ran out', async () => {
  const drop = await rehearse({ shoe: 5 });
  const { database } = checkout.db;
  const totals = async () =>
    (await send(checkout.internalUrl, 'GET', '/metrics')).text
      .split('\n')
      .filter((line) => /^checkout_(sessions|reservations|refunds|payments|holds_expired)_total/.test(line));
  const before = await totals();
  // Both ways in: before the router, and by it.
  const { shopper, reservation, paid } = await shopIn(drop, 'sandbox:ok');
  const bySecondWay = await shopper.call('POST', '/v1/reservations', {
    lines: [
      { sku: 'shoe', quantity: 1 },
      { sku: 'shoe', quantity: 1 },
    ],
  });
  expect(bySecondWay.status).toBeGreaterThanOrEqual(400);
  const refund = await send(
    checkout.internalUrl,
    'POST',
    `/internal/v1/orders/${paid.body.order.id}/refunds`,
    {
      body: { reason: 'a try', actor: 'mara', amountMinor: 100 },
      headers: { authorization: `Bearer ${serviceToken}`, 'idempotency-key': 'totals' },
    },
  );
  expect(refund.status).toBe(202);
  const settled = 'select from checkout.refunds where reservation_id = $1 and status <> $2';
  await expect.poll(async () => (await database.query(settled, [reservation, 'pending'])).rowCount).toBe(1);
  const forgetful = await checkout.enter(drop);
  const { body } = await forgetful.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  await database.query(
    "update checkout.reservations set expires_at = now() - interval '1 minute' where id = $1",
    [body.id],
  );
  await expect
    .poll(async () => (await forgetful.call('GET', `/v1/reservations/${body.id}`)).body.status, {
      timeout: 20_000,
    })
    .toBe('expired');
  expect(await totals()).toEqual(before);
});
