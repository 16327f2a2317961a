/** Reads one drop's books: stock and reservations, orders, sessions, and the provider's own ledger, all as of one moment. */
import pg from 'pg';
import type { Books, ChargeRow, OrderRow, ReservationRow, SessionRow, StockRow } from '../judge/books.ts';

/** One statement, so one snapshot: the balances and what they must follow from. */
const STOCK = `
  select b.sku,
         b.initial + coalesce((select sum(m.delta) from checkout.stock_movements m
                                where m.drop_id = b.drop_id and m.sku = b.sku), 0)::integer as "putIn",
         b.available, b.held, b.sold,
         coalesce(sum(l.quantity) filter (where r.status = 'held'), 0)::integer as "unitsHeld",
         coalesce(sum(l.quantity) filter (where r.status = 'paid'), 0)::integer as "unitsPaid"
    from checkout.balances b
    left join checkout.reservation_lines l on l.drop_id = b.drop_id and l.sku = b.sku
    left join checkout.reservations r on r.id = l.reservation_id
   where b.drop_id = $1 group by b.drop_id, b.sku, b.initial, b.available, b.held, b.sold`;

const RESERVATIONS = `
  select id, jti, status, amount_minor::float8 as "amountMinor" from checkout.reservations where drop_id = $1`;
const ORDERS = `
  select id, reservation_id as "reservationId", charge_id as "chargeId", amount_minor::float8 as "amountMinor"
    from checkout.orders where drop_id = $1`;
const SESSIONS = `
  select session_id as "sessionId", jti, (extract(epoch from reserve_until) * 1000)::float8 as "reserveUntilMs"
    from checkout.sessions where drop_id = $1`;
/** The provider knows no drops, only references. */
const CHARGES = `
  select id::text, reference, status, amount_minor::float8 as "amountMinor" from sandbox.charges
   where reference in (select id::text from checkout.reservations where drop_id = $1)`;
const UNSETTLED = `
  select (count(*) filter (where r.paying_since is not null)
          + (select count(*) from checkout.refunds f where f.status = 'pending'))::integer as unsettled
    from checkout.reservations r where r.drop_id = $1`;

export interface BookReader {
  stock(): Promise<StockRow[]>;
  /** Payments and refunds whose outcome is not known yet. */
  countUnsettled(): Promise<number>;
  all(): Promise<Books>;
  close(): Promise<void>;
}

export function openBooks(databaseUrl: string, drop: string): BookReader {
  const pool = new pg.Pool({ connectionString: databaseUrl, connectionTimeoutMillis: 30_000, max: 1 });
  pool.on('error', () => {}); // the next query tells
  const rows = async <Row extends pg.QueryResultRow>(
    statement: string,
    on: pg.Pool | pg.PoolClient = pool,
  ): Promise<Row[]> => (await on.query<Row>(statement, [drop])).rows;
  return {
    stock: () => rows<StockRow>(STOCK),
    async countUnsettled() {
      const [row] = await rows<{ unsettled: number }>(UNSETTLED);
      return row?.unsettled ?? 0;
    },
    async all() {
      const client = await pool.connect();
      try {
        await client.query('begin transaction isolation level repeatable read read only');
        const books = {
          stock: await rows<StockRow>(STOCK, client),
          reservations: await rows<ReservationRow>(RESERVATIONS, client),
          orders: await rows<OrderRow>(ORDERS, client),
          charges: await rows<ChargeRow>(CHARGES, client),
          sessions: await rows<SessionRow>(SESSIONS, client),
        };
        await client.query('commit');
        return books;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}
