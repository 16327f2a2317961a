import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReservationStore } from '../../src/store/reservations.ts';
import { createStockStore } from '../../src/store/stock.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
  imbalances,
} from '../support/checkout-database.ts';

let db: CheckoutDatabase;
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterAll(() => db.close());

const why = { reason: 'counted', actor: 'test' };

function movesOf(drop: string, sku = 'shoe') {
  const stock = createStockStore(db.database);
  return {
    by: (delta: number, key: string | null = null) => stock.change({ drop, sku, delta, key, ...why }),
    to: (total: number, after: number) => stock.change({ drop, sku, total, after, ...why }),
    ledger: () => stock.listMovements(drop, sku, null, 100),
  };
}

for (const parts of [1, 8]) {
  test(`promise 6: what is held or sold is not withdrawn, a movement can not be rewritten (${parts} rows)`, async () => {
    const drop = await createDrop(db.database, { shoe: 30 }, { parts });
    const holders = await enterShoppers(db.database, drop, 5);
    const stores = [createReservationStore(db.database), createReservationStore(db.connect())];
    await Promise.all(
      holders.map((holder, at) => stores[at % 2]?.reserve(holder, 'k', [{ sku: 'shoe', quantity: 4 }])),
    );
    const move = movesOf(drop);
    expect(await move.by(-11)).toMatchObject({ verdict: 'not-enough-stock', available: 10 });
    expect(await move.by(-9)).toMatchObject({
      verdict: 'moved',
      available: 1,
      total: 21,
      movement: { delta: -9 },
    });
    expect(await move.by(+5)).toMatchObject({ verdict: 'moved', available: 6, total: 26 });
    expect(await movesOf(drop, 'hat').by(+5)).toMatchObject({ verdict: 'no-such-sku' });
    expect((await move.ledger()).map(({ delta }) => delta)).toEqual([5, -9]);
    const { database } = db;
    await expect(database.query('update checkout.stock_movements set delta = 1')).rejects.toThrow(
      'append-only',
    );
    await expect(database.query('delete from checkout.stock_movements')).rejects.toThrow('append-only');
    await expect(database.query('truncate checkout.stock_movements')).rejects.toThrow('append-only');
    await expect(
      database.query('update checkout.stock set available = available + 1 where drop_id = $1', [drop]),
    ).rejects.toThrow('stock_conserved');
    expect(await balances(database, drop)).toMatchObject({ shoe: { available: 6, held: 20, total: 26 } });
    expect(await imbalances(database, drop)).toEqual([]);
  });
}

test('promise 6: a movement sent again under its key is one movement, another one under it is refused', async () => {
  const drop = await createDrop(db.database, { shoe: 3 });
  const move = movesOf(drop);
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => move.by(+50, 'delivery-7')));
  for (const other of others) expect(other).toMatchObject({ movement: { delta: 50 } });
  expect([first, ...others].filter((one) => one?.verdict === 'moved')).toHaveLength(1);
  expect((await move.by(+51, 'delivery-7')).verdict).toBe('key-reused');
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 53, total: 53 } });
});

test('a total decided by an old balance is refused, one decided by the last is set; sales in between do not matter', async () => {
  const drop = await createDrop(db.database, { shoe: 10 });
  const move = movesOf(drop);
  const [holder] = await enterShoppers(db.database, drop, 1);
  if (holder === undefined) throw new Error('no shopper');
  const first = await move.by(+2);
  if (first.verdict !== 'moved') throw new Error(first.verdict);
  expect(await move.to(20, 0)).toMatchObject({ verdict: 'changed', ledger: first.ledger, total: 12 });
  await createReservationStore(db.database).reserve(holder, 'k', [{ sku: 'shoe', quantity: 3 }]);
  const set = await move.to(20, first.ledger);
  expect(set).toMatchObject({ verdict: 'moved', movement: { delta: 8 }, available: 17, total: 20 });
  expect(await move.to(20, first.ledger)).toMatchObject({ verdict: 'changed' });
  if (set.verdict !== 'moved') throw new Error(set.verdict);
  expect(await move.to(20, set.ledger)).toMatchObject({ verdict: 'unchanged' });
  expect(await move.to(2, set.ledger)).toMatchObject({ verdict: 'not-enough-stock', available: 17 });
  expect(await move.to(3, set.ledger)).toMatchObject({ verdict: 'moved', available: 0, total: 3 });
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 6: movements among sales conflict with none of them, over one row and over eight', async () => {
  for (const parts of [1, 8]) {
    const drop = await createDrop(db.database, { shoe: 40 }, { parts, perShopperLimit: 100 });
    const holders = await enterShoppers(db.database, drop, 40);
    const stores = [createReservationStore(db.connect()), createReservationStore(db.connect())];
    const move = movesOf(drop);
    const sales = holders.map((holder, at) =>
      stores[at % 2]?.reserve(holder, 'k', [{ sku: 'shoe', quantity: 1 }]),
    );
    const moves = Array.from({ length: 20 }, (_, at) => move.by(at % 2 ? -3 : +3));
    for (const sale of await Promise.all(sales)) expect(['reserved', 'sold-out']).toContain(sale?.verdict);
    for (const moved of await Promise.all(moves))
      expect(['moved', 'not-enough-stock']).toContain(moved.verdict);
    expect(await imbalances(db.database, drop)).toEqual([]);
  }
});
