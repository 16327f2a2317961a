import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import { reconcile } from '../../src/store/reconcile.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import { createStockStore } from '../../src/store/stock.ts';
import {
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
} from '../support/checkout-database.ts';

let db: CheckoutDatabase;
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterAll(() => db.close());

/** A drop in which something of everything has happened. */
async function busyDrop(parts: number): Promise<string> {
  const drop = await createDrop(db.database, { lace: 9, shoe: 20 }, { parts });
  const store = createReservationStore(db.database);
  const payments = createPaymentStore(db.database);
  for (const [at, holder] of (await enterShoppers(db.database, drop, 6)).entries()) {
    const lines = [
      { sku: 'lace', quantity: 1 },
      { sku: 'shoe', quantity: 2 },
    ];
    const answer = await store.reserve(holder, 'k', lines);
    if (!('reservation' in answer)) throw new Error(answer.verdict);
    const { id } = answer.reservation;
    if (at % 3 === 0) await store.release(drop, id);
    if (at % 3 === 1 && (await payments.begin(holder, id, 'test', 'test:ok')))
      await payments.settle(id, 1, `charge ${id}`);
  }
  await createStockStore(db.database).change({
    drop,
    sku: 'shoe',
    delta: -3,
    key: null,
    reason: 'r',
    actor: 'a',
  });
  return drop;
}

test('promise 6: every balance adds up from the ledger, over one row and over four', async () => {
  for (const parts of [1, 4]) {
    const drop = await busyDrop(parts);
    const { checked, differences } = await reconcile(db.database, drop);
    expect(differences).toEqual([]);
    // Per SKU total and available, per row held and sold, six shoppers, six reservations.
    expect(checked).toBe(2 * 2 + 2 * 2 * parts + 6 + 6);
  }
});

test('promise 6: each kind of balance that was tampered with is found and named', async () => {
  const tampering: [string, string, number][] = [
    [
      'total',
      `update checkout.stock set total = total + 1, available = available + 1 where drop_id = $1 and sku = 'shoe'`,
      2,
    ],
    [
      'held',
      `update checkout.stock set held = held - 1, available = available + 1 where drop_id = $1 and sku = 'shoe'`,
      2,
    ],
    [
      'sold',
      `update checkout.stock set sold = sold - 1, held = held + 1 where drop_id = $1 and sku = 'lace'`,
      2,
    ],
    ['units', `update checkout.shoppers set units = units + 1 where drop_id = $1`, 6],
    ['orders', `delete from checkout.orders where drop_id = $1`, 2],
    ['lines', `update checkout.reservations set parts = '{7,7}' where drop_id = $1 and status = 'held'`, 6],
  ];
  for (const [balance, statement, count] of tampering) {
    const drop = await busyDrop(1);
    await db.database.query(statement, [drop]);
    const { differences } = await reconcile(db.database, drop);
    expect(
      differences.map((one) => one.balance),
      balance,
    ).toContain(balance);
    expect(differences, balance).toHaveLength(count);
    const { differences: all } = await reconcile(db.database);
    expect(all.filter((one) => one.drop === drop)).toHaveLength(count);
  }
});

test('the command ends with 1 and names what differs, with 0 when nothing does', async () => {
  const program = fileURLToPath(new URL('../../src/reconcile.ts', import.meta.url));
  const run = (drop: string, ...more: string[]) =>
    promisify(execFile)(process.execPath, [program, '--drop', drop, ...more], {
      env: { ...process.env, DATABASE_URL: db.url },
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
    );
  const [good, bad] = [await busyDrop(1), await busyDrop(1)];
  await db.database.query('delete from checkout.orders where drop_id = $1', [bad]);
  const told = await run(good);
  expect(told).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/20 balances recomputed, 0 differences/),
  });
  const json = await run(bad, '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    differences: [{ balance: 'orders' }, { balance: 'orders' }],
  });
});
