import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createReservationStore } from '../../src/store/reservations.ts';
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
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => db.close());

test('how long a hold lives is decided by Postgres: an instance whose clock is hours off promises, extends and expires alike', async () => {
  for (const hours of [-3, 0, 3]) {
    const drop = await createDrop(db.database, { shoe: 9 }, { holdSeconds: 60 });
    const [holder] = await enterShoppers(db.database, drop, 1);
    if (holder === undefined) throw new Error('no shopper');
    const store = createReservationStore(db.database);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    const answer = await store.reserve(holder, 'k', [{ sku: 'shoe', quantity: 1 }]);
    if (!('reservation' in answer)) throw new Error(answer.verdict);
    const { id, expiresAt } = answer.reservation;
    const extended = await store.extend(holder, id);
    const { expired } = await store.expire(100);
    vi.useRealTimers();
    const { rows } = await db.database.query<{
      promised: Date;
      expires: Date;
      seconds: number;
      status: string;
    }>(
      `select promised_until as promised, expires_at as expires, status,
              extract(epoch from promised_until - created_at)::float8 as seconds
         from checkout.reservations where id = $1`,
      [id],
    );
    expect(rows[0], `${hours} h`).toEqual({
      promised: expiresAt,
      expires: extended,
      seconds: 60,
      status: 'held',
    });
    expect(expired).toBe(0);
    await db.database.query('update checkout.reservations set expires_at = now() where id = $1', [id]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    expect((await store.expire(100)).expired, `${hours} h`).toBe(1);
    vi.useRealTimers();
  }
});

test('what is due is worked off in one go however much it is, by two instances side by side', async () => {
  const { expireDue, expiryBatch } = await import('../../src/jobs/expire.ts');
  const { createSessionStore } = await import('../../src/store/sessions.ts');
  const count = expiryBatch * 2 + 30;
  const drop = await createDrop(db.database, { shoe: count }, { perShopperLimit: count });
  const holders = await enterShoppers(db.database, drop, 10);
  const store = createReservationStore(db.database);
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      store.reserve(holders[at % 10] ?? (holders[0] as never), `k${at}`, [{ sku: 'shoe', quantity: 1 }]),
    ),
  );
  await db.database.query('update checkout.reservations set expires_at = now() where drop_id = $1', [drop]);
  const seen: number[] = [];
  const instance = () => {
    const pool = db.connect();
    return expireDue({
      reservations: createReservationStore(pool),
      sessions: createSessionStore(pool),
      observe: (lagsSeconds) => seen.push(lagsSeconds.length),
    });
  };
  // A shopper whom the other instance is just serving is left to it, so a last round may be needed.
  await Promise.all([instance(), instance()]);
  await instance();
  const { rows } = await db.database.query<{ status: string; count: number }>(
    'select status, count(*)::integer as count from checkout.reservations where drop_id = $1 group by status',
    [drop],
  );
  expect(rows).toEqual([{ status: 'expired', count }]);
  expect(seen.reduce((sum, one) => sum + one, 0)).toBe(count);
});
