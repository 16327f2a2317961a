import { untilWaiting } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReservationStore, type ReserveOutcome } from '../../src/store/reservations.ts';
import { type ReserveRequest, reserveBatch } from '../../src/store/reserve-batch.ts';
import { reservePlain } from '../../src/store/reserve-plain.ts';
import { createStockStore } from '../../src/store/stock.ts';
import { uuidv7 } from '../../src/store/uuid.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
  imbalances,
} from '../support/checkout-database.ts';
import { countStatements } from '../support/count-statements.ts';

let db: CheckoutDatabase;
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterAll(() => db.close());

const one = (sku: string, quantity = 1) => [{ sku, quantity }];

/** Instances of the service, each taking from another row. */
function instances(count: number) {
  return Array.from({ length: count }, (_, part) => createReservationStore(db.connect(), { part }));
}

const countOf = (answers: (ReserveOutcome | undefined)[], verdict: string) =>
  answers.filter((answer) => answer?.verdict === verdict).length;

async function deadlocks(): Promise<number> {
  await db.database.query('select pg_stat_force_next_flush()');
  const { rows } = await db.database.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
}

test('requests that arrive together are decided in one statement, each is answered for itself', async () => {
  const drop = await createDrop(db.database, { shoe: 150 });
  const holders = await enterShoppers(db.database, drop, 200);
  const counted = countStatements(db.database);
  const store = createReservationStore(counted.database);
  const answers = await Promise.all(holders.map((holder) => store.reserve(holder, 'k', one('shoe'))));
  expect(counted.sent()['reserve-batch']).toBe(1);
  expect(answers.map((answer) => answer.verdict)).toEqual([
    ...Array.from({ length: 150 }, () => 'reserved'),
    ...Array.from({ length: 50 }, () => 'sold-out'),
  ]);
});

test.each(['plain', 'of any kind'])(
  '3.1: a batch (%s) that waits for a shopper keeps nobody from the hot row: that is touched last',
  async (kind) => {
    const drop = await createDrop(db.database, { shoe: 5 });
    const holders = await enterShoppers(db.database, drop, 3);
    const requests = holders
      .map(
        ({ jti, shopper }): ReserveRequest => ({ id: uuidv7(), jti, shopper, key: 'k', lines: one('shoe') }),
      )
      .sort((a, b) => (a.shopper < b.shopper ? -1 : 1));
    const outsider = await db.connect().connect();
    try {
      await outsider.query('begin');
      await outsider.query('select from checkout.shoppers where drop_id = $1 and shopper = $2 for update', [
        drop,
        requests.at(-1)?.shopper,
      ]);
      const deciding =
        kind === 'plain'
          ? reservePlain(db.database, drop, requests, 0)
          : reserveBatch(db.database, drop, requests);
      // The batch waits for its shopper.
      await untilWaiting(db.database, 1);
      await outsider.query('select from checkout.stock where drop_id = $1 for update nowait', [drop]);
      await outsider.query('rollback');
      expect((await deciding)?.answers.map(({ verdict }) => verdict)).toEqual(Array(3).fill('reserved'));
    } finally {
      outsider.release(true);
    }
  },
);

test('promise 6: over eight rows and three instances every unit is sold, none twice, and nobody is told "sold out" early', async () => {
  const drop = await createDrop(db.database, { shoe: 101 }, { parts: 8 });
  const holders = await enterShoppers(db.database, drop, 130);
  const stores = instances(3);
  const answers: (ReserveOutcome | undefined)[] = [];
  // Small batches, so that many of them find too little in their own row.
  for (let from = 0; from < holders.length; from += 9) {
    const batch = holders.slice(from, from + 9);
    answers.push(
      ...(await Promise.all(batch.map((holder, at) => stores[at % 3]?.reserve(holder, 'k', one('shoe'))))),
    );
  }
  expect(countOf(answers, 'reserved')).toBe(101);
  expect(countOf(answers, 'sold-out')).toBe(29);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 0, held: 101, total: 101 } });
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('a request larger than any row is still served when the rows together have it', async () => {
  const drop = await createDrop(db.database, { lace: 8, shoe: 16 }, { parts: 8, perShopperLimit: 100 });
  const [first, second, third] = await enterShoppers(db.database, drop, 3);
  if (!first || !second || !third) throw new Error('no shoppers');
  const [a, b] = instances(2);
  expect((await a?.reserve(first, 'k', one('shoe')))?.verdict).toBe('reserved');
  const wish = [...one('lace', 8), ...one('shoe', 15)];
  const answer = await b?.reserve(second, 'k', wish);
  expect(answer?.verdict).toBe('reserved');
  expect((await a?.reserve(third, 'k', one('shoe')))?.verdict).toBe('sold-out');
  if (!answer || !('reservation' in answer)) throw new Error('not reserved');
  expect(await a?.release(drop, answer.reservation.id)).toBe(true);
  expect((await a?.reserve(third, 'k', wish))?.verdict).toBe('reserved');
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 6: reserving, releasing, expiring and moving over many rows in all orders never deadlocks', async () => {
  const skus = ['cap', 'lace', 'shoe'];
  const drop = await createDrop(
    db.database,
    { cap: 30, lace: 30, shoe: 30 },
    { parts: 5, perShopperLimit: 9 },
  );
  const holders = await enterShoppers(db.database, drop, 24);
  const stores = instances(4);
  const stock = createStockStore(db.connect());
  const before = await deadlocks();
  for (let round = 0; round < 12; round++) {
    const made = await Promise.all(
      holders.map((holder, at) => {
        const wish = skus
          .filter((_, sku) => (at + round + sku) % 3 > 0)
          .flatMap((sku) => one(sku, 1 + (at % 3)));
        return stores[at % 4]?.reserve(holder, `k${round}`, wish);
      }),
    );
    await Promise.all([
      ...made.map((answer, at) =>
        answer && 'reservation' in answer
          ? stores[(at + 1) % 4]?.release(drop, answer.reservation.id)
          : undefined,
      ),
      ...skus.map((sku, at) =>
        stock.change({
          drop,
          sku,
          delta: (round + at) % 2 ? -4 : 4,
          key: null,
          reason: 'count',
          actor: 'test',
        }),
      ),
      stores[round % 4]?.expire(10),
      ...holders.map((holder, at) =>
        stores[(at + 2) % 4]?.reserve(holder, `x${round}`, one(skus[at % 3] ?? 'cap')),
      ),
    ]);
    await db.database.query(
      `update checkout.reservations set expires_at = now() where drop_id = $1 and status = 'held'`,
      [drop],
    );
  }
  expect(await imbalances(db.database, drop)).toEqual([]);
  expect(await deadlocks()).toBe(before);
});

test('rows are added while the drop sells, and what was held before goes back to where it came from', async () => {
  const drop = await createDrop(db.database, { shoe: 20 });
  const [first, second] = await enterShoppers(db.database, drop, 2);
  if (!first || !second) throw new Error('no shoppers');
  const [a, b] = instances(2);
  const held = await a?.reserve(first, 'k', one('shoe', 4));
  const stock = createStockStore(db.database);
  const [product] = (await stock.list(drop)) ?? [];
  expect(product?.parts).toBe(1);
  await db.database.query('update checkout.products set parts = 6 where drop_id = $1', [drop]);
  await db.database.query(
    `insert into checkout.stock (drop_id, sku, part, initial, available, total) select $1, 'shoe', g, 0, 0, 0 from generate_series(1, 5) g`,
    [drop],
  );
  expect((await b?.reserve(second, 'k', one('shoe', 4)))?.verdict).toBe('reserved');
  if (!held || !('reservation' in held)) throw new Error('not reserved');
  expect(await b?.release(drop, held.reservation.id)).toBe(true);
  expect(await imbalances(db.database, drop)).toEqual([]);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 16, held: 4 } });
});
