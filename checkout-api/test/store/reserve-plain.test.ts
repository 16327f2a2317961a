import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Line } from '../../src/domain/lines.ts';
import type { Holder } from '../../src/store/reservations.ts';
import { type ReserveRequest, reserveBatch } from '../../src/store/reserve-batch.ts';
import { reservePlain } from '../../src/store/reserve-plain.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import {
  anyTicket,
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

let keys = 0;
const wants = ({ jti, shopper }: Holder, lines: Line[], key = `key-${++keys}`): ReserveRequest => ({
  id: randomUUID(),
  jti,
  shopper,
  key,
  lines,
});
const one = (sku: string, quantity = 1): Line[] => [{ sku, quantity }];

/** What two batches that were decided alike have left behind. */
async function rowsOf(requests: ReserveRequest[]) {
  const { rows } = await db.database.query(
    `select r.skus, r.quantities, r.unit_prices_minor, r.parts, r.units, r.amount_minor, r.currency, r.status, r.extensions,
            r.jti, r.shopper, r.idempotency_key, r.promised_until = r.expires_at as as_promised,
            extract(epoch from r.expires_at - r.created_at)::integer as lives, s.jti is not null as of_session
       from unnest($1::uuid[]) with ordinality q (id, at)
       join checkout.reservations r using (id) left join checkout.sessions s using (session_id) order by q.at`,
    [requests.map(({ id }) => id)],
  );
  return rows.map(({ jti, shopper, idempotency_key, ...alike }) => ({
    alike,
    own: [jti, shopper, idempotency_key],
  }));
}

test.each([1, 3])(
  'promise 6: a plain batch is answered and kept as the other way does it (%i rows a SKU)',
  async (parts) => {
    const drop = await createDrop(db.database, { a: 300, b: 300, c: 300 }, { parts });
    const both = one('a').concat(one('c', 2));
    const wishes = [one('b'), both, both, one('a', 2)];
    const batch = async () =>
      (await enterShoppers(db.database, drop, 4)).map((holder, at) => wants(holder, wishes[at] as Line[]));
    // What is put in lies in the first row; who looks at all of them spreads it.
    await reserveBatch(db.database, drop, await batch(), { part: 0, all: true });
    const [plain, other] = [await batch(), await batch()];
    const granted = await reservePlain(db.database, drop, plain, 1);
    const decided = await reserveBatch(db.database, drop, other, { part: 1, all: false });
    const formOf = (outcome: typeof granted) => ({
      answers: outcome?.answers.map((answer) => ({
        ...answer,
        reservation: { ...('reservation' in answer && answer.reservation), id: '', expiresAt: '' },
      })),
      skus: outcome && [...outcome.available.keys()],
      returns: outcome?.returns,
      isScarce: outcome?.isScarce,
    });
    expect(granted?.answers.map(({ verdict }) => verdict)).toEqual(Array(4).fill('reserved'));
    expect(formOf(granted)).toEqual(formOf(decided));
    expect((await rowsOf(plain)).map(({ alike }) => alike)).toEqual(
      (await rowsOf(other)).map(({ alike }) => alike),
    );
    expect((await rowsOf(plain)).map(({ own }) => own)).toEqual(
      plain.map(({ jti, shopper, key }) => [jti, shopper, key]),
    );
    const ids = granted?.answers.map((answer) => 'reservation' in answer && answer.reservation.id);
    expect(ids).toEqual(plain.map(({ id }) => id));
    if (parts === 1) expect(granted?.available.get('a')).toBe(292);
    expect(await imbalances(db.database, drop)).toEqual([]);
  },
);

test('promise 6: a batch of which one request can not be granted is left alone: nothing is taken, counted or written', async () => {
  const drop = await createDrop(db.database, { a: 8, b: 2 }, { perShopperLimit: 4 });
  const holders = await enterShoppers(db.database, drop, 5);
  const [first, second, held, gone, late] = holders as [Holder, Holder, Holder, Holder, Holder];
  const before = wants(held, one('a'));
  expect(await reservePlain(db.database, drop, [before], 0)).toBeDefined();
  await createSessionStore(db.database).leave(gone);
  await db.database.query(`update checkout.sessions set reserve_until = now() where jti = $1`, [late.jti]);
  const stranger = { jti: anyTicket(), drop, shopper: 'ticket:nobody' };
  // Neighbours on both sides in the order of the locks: something has been done when the fault is found.
  const others = [wants(first, one('a')), wants(second, one('a'))];
  const [kept, state] = [await imbalances(db.database, drop), await balances(db.database, drop)];
  const faults: Record<string, ReserveRequest[]> = {
    'more than is left': [wants(held, one('b', 3))],
    'more than is left, together': [wants(held, one('a', 3)), wants(first, one('a', 4))],
    'over the limit': [wants(held, one('a', 4))],
    'a session that has ended': [wants(gone, one('a'))],
    'an admission that has run out': [wants(late, one('a'))],
    'no session': [wants(stranger, one('a'))],
    'another’s shopper': [{ ...wants(held, one('a')), jti: anyTicket() }],
    'no such SKU': [wants(held, one('c'))],
    'a key that has its reservation': [wants(held, before.lines, before.key)],
    'a key with other lines': [wants(held, one('b'), before.key)],
    'one shopper twice': [wants(held, one('a')), wants(held, one('a'))],
  };
  for (const [fault, requests] of Object.entries(faults)) {
    const rest = others.filter((other) => !requests.some(({ shopper }) => shopper === other.shopper));
    expect(await reservePlain(db.database, drop, [...rest, ...requests], 0), fault).toBeUndefined();
    expect([await imbalances(db.database, drop), await balances(db.database, drop)], fault).toEqual([
      kept,
      state,
    ]);
    expect(await rowsOf([...rest, ...requests]), fault).toEqual([]);
  }
  // Without the fault the same are served.
  expect(await reservePlain(db.database, drop, others, 0)).toBeDefined();
});

test('3.1: a batch reads what it asks for, however little Postgres knew of its tables when it planned', async () => {
  const young = await createCheckoutDatabase();
  const single = new pg.Pool({ connectionString: young.url, max: 1 });
  try {
    const drop = await createDrop(young.database, { a: 1000 });
    // What an autovacuum finds when a drop has just opened; its plans stay until the next one.
    await enterShoppers(young.database, drop, 3);
    await young.database.query('analyze checkout.sessions, checkout.shoppers, checkout.stock');
    const holders = await enterShoppers(young.database, drop, 500);
    await single.query('begin');
    const batch = holders.slice(0, 20).map((holder) => wants(holder, one('a')));
    expect(await reservePlain(single, drop, batch, 0)).toBeDefined();
    const { rows } = await single.query<{ relname: string; read: number }>(
      `select relname, (idx_tup_fetch + seq_tup_read)::integer as read from pg_stat_xact_user_tables
        where schemaname = 'checkout' and relname in ('sessions', 'shoppers')`,
    );
    // The foreign key of a reservation looks at the session once more.
    for (const { relname, read } of rows)
      expect({ relname, read }).toEqual({ relname, read: expect.toSatisfy((n: number) => n <= 60) });
    expect(rows).toHaveLength(2);
    await single.query('rollback');
  } finally {
    await single.end();
    await young.close();
  }
});
