import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import { createStockStore } from '../../src/store/stock.ts';
import { type FeedSource, openStockFeed, type StockChanged } from '../../src/store/stock-feed.ts';
import {
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
} from '../support/checkout-database.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';

let server: OwnPostgres;
let db: CheckoutDatabase;
beforeAll(async () => {
  server = await startOwnPostgres(['wal_level=logical']);
  db = await createCheckoutDatabase(server.url);
});
afterAll(async () => {
  await db.close();
  await server.close();
});

async function listen(source: FeedSource, url = db.url) {
  const heard: StockChanged[] = [];
  const errors: unknown[] = [];
  const ups: FeedSource[] = [];
  const feed = openStockFeed({
    url,
    source,
    onChange: (change) => heard.push(change),
    onUp: (from) => ups.push(from),
    onError: (error) => errors.push(error),
  });
  await waitUntil(() => ups.length > 0, { what: `the feed by ${source}`, timeoutMs: 20_000 });
  /** Waits for the next change of a drop, and forgets what was heard until then. */
  const next = async (drop: string, wanted?: boolean) => {
    const found = await waitUntil(
      () => heard.find((one) => one.drop === drop && (wanted === undefined || one.cameBack === wanted)),
      { what: `a change of ${drop} by ${source}` },
    );
    heard.length = 0;
    return found;
  };
  return { feed, next, errors, ups, heard };
}

for (const source of ['notify', 'logical'] as const) {
  test(`every change is heard of by ${source}: sold, given back, moved, renamed; and whether something came back`, async () => {
    const drop = await createDrop(db.database, { shoe: 5 });
    const { feed, next, ups } = await listen(source);
    expect(ups).toEqual([source]);
    const reservations = createReservationStore(db.database);
    const payments = createPaymentStore(db.database);
    const [first, second] = await enterShoppers(db.database, drop, 2);
    if (!first || !second) throw new Error('no shoppers');
    const held = await reservations.reserve(first, 'k', [{ sku: 'shoe', quantity: 2 }]);
    await next(drop);
    if (!('reservation' in held)) throw new Error(held.verdict);
    await reservations.release(drop, held.reservation.id);
    expect(await next(drop, true)).toEqual({ drop, cameBack: true });
    const stock = createStockStore(db.database);
    const move = { drop, sku: 'shoe', key: null, reason: 'r', actor: 'a' };
    await stock.change({ ...move, delta: 3 });
    expect(await next(drop, true)).toEqual({ drop, cameBack: true });
    const bought = await reservations.reserve(second, 'k', [{ sku: 'shoe', quantity: 1 }]);
    if (!('reservation' in bought)) throw new Error(bought.verdict);
    await payments.begin(second, bought.reservation.id, 'test', 'test:ok');
    await payments.settle(bought.reservation.id, 1, `charge by ${source}`);
    await stock.putDrop(drop, {
      name: 'Renamed',
      closesAt: null,
      holdSeconds: 60,
      tokenSeconds: 60,
      perShopperLimit: 4,
      currency: 'EUR',
      products: [{ sku: 'shoe', name: 'Boot', priceMinor: 5, stock: 0, parts: 1 }],
    });
    await next(drop);
    await feed.close();
  });

  test(`a feed by ${source} whose connection is cut hears again by itself`, async () => {
    const drop = await createDrop(db.database, { shoe: 5 });
    const { feed, next, ups } = await listen(source);
    await db.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'checkout stock %'`,
    );
    await waitUntil(() => ups.length > 1, { what: 'the feed again', timeoutMs: 20_000 });
    const stock = createStockStore(db.database);
    await stock.change({ drop, sku: 'shoe', delta: 1, key: null, reason: 'r', actor: 'a' });
    await next(drop, true);
    await feed.close();
  });
}

test('an instance that ends leaves no slot behind that would keep the log', async () => {
  const { feed } = await listen('logical');
  const slots = async () => (await db.database.query('select 1 from pg_replication_slots')).rows.length;
  expect(await slots()).toBe(1);
  await feed.close();
  await waitUntil(async () => (await slots()) === 0, { what: 'no slot' });
});

test('a server without logical replication is heard by notifications, and why is told', async () => {
  const shared = await createCheckoutDatabase();
  try {
    const { rows } = await shared.database.query<{ level: string }>(
      `select current_setting('wal_level') as level`,
    );
    expect(rows[0]?.level).toBe('replica');
    const { feed, ups, errors } = await listen('logical', shared.url);
    expect(ups).toEqual(['notify']);
    expect(String(errors[0])).toMatch(/wal_level/);
    await feed.close();
  } finally {
    await shared.close();
  }
});
