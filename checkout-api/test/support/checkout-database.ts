/** A migrated database of a test file's own, with a drop in it and shoppers inside. */
import { randomBytes } from 'node:crypto';
import { createTestDatabase } from '@sluice/service-kit/testing';
import pg from 'pg';
import { migrate } from '../../src/migrate.ts';
import type { Holder } from '../../src/store/reservations.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import type { Database } from '../../src/store/statements.ts';
import { createStockStore, type DropSetup } from '../../src/store/stock.ts';

export interface CheckoutDatabase {
  url: string;
  database: Database;
  /** Another pool on the same database, as another instance of the service has. */
  connect(): Database;
  close(): Promise<void>;
}

/** @param own an empty database to use instead of a new one on the shared server */
export async function createCheckoutDatabase(own?: string): Promise<CheckoutDatabase> {
  const { url, drop } = own ? { url: own, drop: async () => {} } : await createTestDatabase();
  await migrate(url);
  const pools: Database[] = [];
  const connect = () => {
    const pool = new pg.Pool({ connectionString: url, max: 8, statement_timeout: 20_000 });
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  return {
    url,
    database: connect(),
    connect,
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await drop();
    },
  };
}

/** A drop id that no other test has. */
export function anyDrop(): string {
  return `drop-${randomBytes(6).toString('hex')}`;
}

/** A public number that no other test has. */
export function anyTicket(): string {
  return randomBytes(32).toString('base64url');
}

/** Creates a drop that sells `stock`, SKU by SKU. */
export async function createDrop(
  database: Database,
  stock: Record<string, number>,
  { parts = 1, ...setup }: Partial<Omit<DropSetup, 'products'>> & { parts?: number } = {},
): Promise<string> {
  const drop = anyDrop();
  await createStockStore(database).putDrop(drop, {
    name: 'A drop',
    closesAt: null,
    holdSeconds: 480,
    tokenSeconds: 600,
    perShopperLimit: 4,
    currency: 'EUR',
    ...setup,
    products: Object.entries(stock).map(([sku, units]) => ({
      sku,
      name: sku,
      priceMinor: 1000,
      stock: units,
      parts,
    })),
  });
  return drop;
}

/** Opens `count` sessions in a drop. */
export async function enterShoppers(
  database: Database,
  drop: string,
  count: number,
  options: { customer?: string; tokenSeconds?: number } = {},
): Promise<Holder[]> {
  const sessions = createSessionStore(database);
  const opened = await Promise.all(
    Array.from({ length: count }, () =>
      sessions.open({
        jti: anyTicket(),
        drop,
        customer: options.customer ?? null,
        secret: anyTicket(),
        expiresAt: new Date(Date.now() + (options.tokenSeconds ?? 600) * 1000),
      }),
    ),
  );
  return opened.map((answer) => {
    if (!('session' in answer)) throw new Error(`a test's shopper was not let in: ${answer.verdict}`);
    return answer.session;
  });
}

/** The balances of a drop by SKU. */
export async function balances(database: Database, drop: string) {
  const products = (await createStockStore(database).list(drop)) ?? [];
  return Object.fromEntries(products.map(({ sku, ...balance }) => [sku, balance]));
}

/**
 * Everything that is out of balance in a drop, by figures recomputed from the ledger and the reservations themselves.
 * Empty when promise 6 is kept.
 */
export async function imbalances(database: Database, drop: string): Promise<unknown[]> {
  const { rows } = await database.query(
    `with moved as (
       select sku, sum(delta) as units from checkout.stock_movements where drop_id = $1 group by sku
     ), lines as (
       select l.sku, sum(l.quantity) filter (where r.status = 'held') as held,
              sum(l.quantity) filter (where r.status = 'paid') as sold
         from checkout.reservations r join checkout.reservation_lines l on l.reservation_id = r.id
        where r.drop_id = $1 group by l.sku
     )
     select s.*, lines.held as held_by_lines, lines.sold as sold_by_lines
       from checkout.balances s left join moved using (sku) left join lines using (sku)
      where s.drop_id = $1
        and (s.available < 0 or s.initial + coalesce(moved.units, 0) <> s.available + s.held + s.sold
             or s.held <> coalesce(lines.held, 0) or s.sold <> coalesce(lines.sold, 0))
     union all
     select null, h.shopper, h.units, u.units, null, null, null, null, null
       from checkout.shoppers h
       left join (select shopper, sum(units)::integer as units from checkout.reservations
                   where drop_id = $1 and status in ('held', 'paid') group by shopper) u using (shopper)
      where h.drop_id = $1 and h.units <> coalesce(u.units, 0)`,
    [drop],
  );
  return rows;
}
