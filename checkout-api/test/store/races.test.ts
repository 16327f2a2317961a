import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReservationStore, type Holder } from '../../src/store/reservations.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
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

const rounds = 60;

/** As many holds as rounds, one a shopper. */
async function holdAll(drop: string): Promise<{ holder: Holder; id: string }[]> {
  const store = createReservationStore(db.database);
  const holders = await enterShoppers(db.database, drop, rounds);
  return Promise.all(
    holders.map(async (holder) => {
      const answer = await store.reserve(holder, 'k', [{ sku: 'shoe', quantity: 1 }]);
      if (!('reservation' in answer)) throw new Error(answer.verdict);
      return { holder, id: answer.reservation.id };
    }),
  );
}

async function statusCounts(drop: string): Promise<Record<string, number>> {
  const { rows } = await db.database.query<{ status: string; count: number }>(
    'select status, count(*)::integer as count from checkout.reservations where drop_id = $1 group by status',
    [drop],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

test('promise 6: release, expiry and payment of one hold in the same instant end in exactly one outcome', async () => {
  const drop = await createDrop(db.database, { shoe: rounds });
  const held = await holdAll(drop);
  const [a, b, c] = [
    createReservationStore(db.connect()),
    createReservationStore(db.connect()),
    createPaymentStore(db.connect()),
  ];
  await db.database.query(
    'update checkout.reservations set expires_at = clock_timestamp() + $2::interval where drop_id = $1',
    [drop, '30 milliseconds'],
  );
  const outcomes = await Promise.all(
    held.map(async ({ holder, id }) => {
      const pay = async () => {
        const begun = await c.begin(holder, id, 'test', 'test:ok');
        if (begun !== undefined) await c.settle(id, begun.attempt, `charge ${id}`);
        return begun !== undefined;
      };
      const [paid, released] = await Promise.all([pay(), a.release(drop, id), b.expire(5)]);
      return { paid, released };
    }),
  );
  for (;;) if ((await b.expire(100)).expired === 0 && !(await statusCounts(drop)).held) break;
  const counts = await statusCounts(drop);
  expect(outcomes.filter((outcome) => outcome.paid && outcome.released)).toEqual([]);
  expect(counts.paid ?? 0).toBe(outcomes.filter((outcome) => outcome.paid).length);
  expect(counts.released ?? 0).toBe(outcomes.filter((outcome) => outcome.released).length);
  expect((counts.paid ?? 0) + (counts.released ?? 0) + (counts.expired ?? 0)).toBe(rounds);
  expect(await imbalances(db.database, drop)).toEqual([]);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 0, sold: counts.paid ?? 0 } });
});

test('promise 6: releasing or settling the same hold many times at once counts once', async () => {
  const drop = await createDrop(db.database, { shoe: rounds });
  const [first, second] = await holdAll(drop);
  if (first === undefined || second === undefined) throw new Error('no holds');
  const store = createReservationStore(db.database);
  const payments = createPaymentStore(db.database);
  const released = await Promise.all(Array.from({ length: 10 }, () => store.release(drop, first.id)));
  expect(released.filter(Boolean)).toHaveLength(1);
  const begun = await Promise.all(
    Array.from({ length: 10 }, () => payments.begin(second.holder, second.id, 'test', 'test:ok')),
  );
  expect(begun.filter((one) => one !== undefined)).toHaveLength(1);
  await Promise.all(Array.from({ length: 10 }, () => payments.settle(second.id, 1, 'charge-once')));
  expect(await balances(db.database, drop)).toMatchObject({
    shoe: { sold: 1, held: rounds - 2, available: 1 },
  });
});

test('promise 6: two instances expiring the same holds give each back once, and only those that are due', async () => {
  const drop = await createDrop(db.database, { shoe: rounds });
  const held = await holdAll(drop);
  const due = held.slice(0, 40).map(({ id }) => id);
  await db.database.query('update checkout.reservations set expires_at = now() where id = any ($1)', [due]);
  const stores = [createReservationStore(db.connect()), createReservationStore(db.connect())];
  let expired = 0;
  await expect
    .poll(async () => {
      const round = await Promise.all(stores.map((store) => store.expire(7)));
      expired += round.reduce((sum, one) => sum + one.expired, 0);
      return (await statusCounts(drop)).expired;
    })
    .toBe(40);
  expect(expired).toBe(40);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 40, held: 20 } });
});

test('3.4: a hold whose shopper is just being served is passed over by the expiry, which waits for nobody', async () => {
  const drop = await createDrop(db.database, { shoe: rounds });
  const [{ holder } = { holder: undefined }, ...others] = await holdAll(drop);
  if (holder === undefined) throw new Error('no hold');
  await db.database.query('update checkout.reservations set expires_at = now() where drop_id = $1', [drop]);
  const store = createReservationStore(db.database);
  const serving = await db.connect().connect();
  try {
    await serving.query('begin');
    await serving.query('select from checkout.shoppers where drop_id = $1 and shopper = $2 for update', [
      drop,
      holder.shopper,
    ]);
    expect((await store.expire(1000)).expired).toBe(others.length);
    expect(await statusCounts(drop)).toEqual({ held: 1, expired: others.length });
  } finally {
    await serving.query('rollback');
    serving.release();
  }
  expect((await store.expire(1000)).expired).toBe(1);
});

test('a hold whose payment is under way neither expires nor is released', async () => {
  const drop = await createDrop(db.database, { shoe: rounds });
  const [{ holder, id } = { holder: undefined, id: '' }] = await holdAll(drop);
  if (holder === undefined) throw new Error('no hold');
  const store = createReservationStore(db.database);
  const payments = createPaymentStore(db.database);
  await payments.begin(holder, id, 'test', 'test:slow');
  await db.database.query('update checkout.reservations set expires_at = now() where id = $1', [id]);
  expect((await store.expire(100)).expired).toBe(0);
  expect(await store.release(drop, id)).toBe(false);
  expect(await createSessionStore(db.database).leave(holder)).toBe(false);
  await payments.fail(id, 1, 'declined', 'no');
  expect((await store.expire(100)).expired).toBe(1);
});

test('a session ends when it is paid, when its shopper leaves, and when it ran out with nothing held', async () => {
  const drop = await createDrop(db.database, { shoe: rounds });
  const [paying, leaving, idle, holding] = (await holdAll(drop)).slice(0, 4);
  if (!paying || !leaving || !idle || !holding) throw new Error('no holds');
  const payments = createPaymentStore(db.database);
  const sessions = createSessionStore(db.database);
  await payments.begin(paying.holder, paying.id, 'test', 'test:ok');
  await payments.settle(paying.id, 1, 'charge-paying');
  expect(await sessions.leave(leaving.holder)).toBe(true);
  await createReservationStore(db.database).release(drop, idle.id);
  await db.database.query('update checkout.sessions set reserve_until = now() where jti = any ($1)', [
    [idle.holder.jti, holding.holder.jti],
  ]);
  await sessions.endIdle(100);
  const { rows } = await db.database.query(
    'select jti, end_reason as reason from checkout.sessions where drop_id = $1 and ended_at is not null',
    [drop],
  );
  expect(new Map(rows.map(({ jti, reason }) => [jti, reason]))).toEqual(
    new Map([
      [paying.holder.jti, 'paid'],
      [leaving.holder.jti, 'released'],
      [idle.holder.jti, 'expired'],
    ]),
  );
  expect(await imbalances(db.database, drop)).toEqual([]);
});
