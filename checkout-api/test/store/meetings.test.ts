/** What a statement must see of one it waited for, and what must not go while it is being read. Each pair is made to meet. */
import { untilWaiting } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { createEventStore } from '../../src/store/events.ts';
import { createRehearsalStore } from '../../src/store/rehearsals.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import { query } from '../../src/store/statements.ts';
import { createStockStore } from '../../src/store/stock.ts';
import {
  anyTicket,
  type CheckoutDatabase,
  createCheckoutDatabase,
  enterShoppers,
  imbalances,
} from '../support/checkout-database.ts';
import { whileHeld } from '../support/meeting.ts';
import { vault } from '../support/telling.ts';
import { createTill, holdIn } from '../support/till.ts';

let db: CheckoutDatabase;
let till: ReturnType<typeof createTill>;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  till = createTill(db.database, createSandboxProvider(db.connect(), 'c2VjcmV0'));
});
afterAll(() => db.close());

const who = { reason: 'a reason', actor: 'somebody' };
const plan = {
  name: 'A copy',
  closesAt: null,
  holdSeconds: 480,
  tokenSeconds: 600,
  perShopperLimit: 4,
  currency: 'EUR',
};
const product = (sku: string) => ({ sku, name: sku, priceMinor: 1000, stock: 5, parts: 1 });

async function paidOrder() {
  const { holder, id, drop } = await holdIn(db.database);
  const answer = await till.payments.pay(holder, id, 'sandbox:ok');
  if (answer.verdict !== 'paid') throw new Error(answer.verdict);
  return { drop, id: answer.reservation.orderId as string };
}

let rehearsals = 0;
async function rehearse() {
  const drop = `rehearsal-${rehearsals++}`;
  await createStockStore(db.database).putDrop(drop, { ...plan, products: [product('shoe')] });
  return { drop, remove: () => createRehearsalStore(db.database, db.database).remove(drop) };
}

test('promise 6: goods do not leave when a cancellation was decided while they waited for their order', async () => {
  const { id, drop } = await paidOrder();
  const locked = { by: [['select from checkout.orders where id = $1 for update', [id]]] as const };
  const [, fulfilled] = await whileHeld<unknown>(db.database, locked, [
    () => till.orders.requestRefund({ orderId: id, kind: 'cancellation', key: 'k', returned: [], ...who }),
    () => till.orders.fulfil(id),
  ]);
  expect(fulfilled).toMatchObject({ value: { state: 'paid', fulfilled: false, refunding: true } });
  await till.settleRefunds();
  expect(await till.orders.find(id)).toMatchObject({ status: 'cancelled', refundingMinor: 0 });
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 6: a payment is recorded though a webhook that is to be told of it goes in the same moment', async () => {
  const events = createEventStore(db.database, vault);
  const webhook = { types: ['order.paid'] as const, drops: null, secret: 'whsec_c2VjcmV0' };
  const make = (url: string) => events.createWebhook({ ...webhook, types: [...webhook.types], url });
  const [going, staying] = [await make('https://going.example/'), await make('https://staying.example/')];
  const { holder, id } = await holdIn(db.database);
  const deleting = [['delete from checkout.event_targets where id = $1', [going]]] as const;
  const [paid] = await whileHeld(db.database, { by: deleting, end: 'commit' }, [
    () => till.payments.pay(holder, id, 'sandbox:ok'),
  ]);
  expect(paid).toMatchObject({ value: { verdict: 'paid' } });
  const { rows } = await db.database.query('select target_id as target from checkout.event_deliveries');
  expect(rows).toEqual([{ target: staying }]);
  await events.deleteWebhook(staying);
});

test('a rehearsal is deleted while its shoppers are served: both lock them in one order', async () => {
  const { drop, remove } = await rehearse();
  // In the table they stand the other way round than they are locked.
  const [second] = await enterShoppers(db.database, drop, 1, { customer: 'b' });
  const [first] = await enterShoppers(db.database, drop, 1, { customer: 'a' });
  const lock = 'select from checkout.shoppers where drop_id = $1 and shopper = $2 for update';
  const serving = await db.connect().connect();
  try {
    await serving.query('begin');
    await serving.query(lock, [drop, first?.shopper]);
    const removing = remove();
    await untilWaiting(db.database, 1);
    await serving.query(lock, [drop, second?.shopper]);
    await serving.query('commit');
    expect(await removing).toBeGreaterThan(0);
  } finally {
    serving.release(true);
  }
  expect(await remove()).toBe(0);
});

test('a rehearsal is deleted with what its plan gets in that moment, and with stock that is moved', async () => {
  const { drop, remove } = await rehearse();
  const changing = [
    ['update checkout.drops set name = $2 where drop_id = $1', [drop, 'Changed']],
    [
      `insert into checkout.products (drop_id, sku, name, price_minor, position) values ($1, 'lace', 'lace', 1, 2)`,
      [drop],
    ],
  ] as const;
  const [removed] = await whileHeld(db.database, { by: changing, end: 'commit' }, [remove]);
  expect(removed).toMatchObject({ status: 'fulfilled' });
  expect(await remove()).toBe(0);

  const another = await rehearse();
  const moving = [
    ['select from checkout.stock where drop_id = $1 for update', [another.drop]],
    [
      `insert into checkout.stock_movements (drop_id, sku, delta, reason, actor) values ($1, 'shoe', 1, 'more', 'mara')`,
      [another.drop],
    ],
  ] as const;
  const [gone] = await whileHeld(db.database, { by: moving, end: 'commit' }, [another.remove]);
  expect(gone).toMatchObject({ status: 'fulfilled' });
  expect(await another.remove()).toBe(0);
});

test('an admission of a rehearsal that goes in that moment is one of no drop', async () => {
  const { drop } = await rehearse();
  const { rows } = await db.database.query(
    `delete from checkout.stock where drop_id = $1 returning drop_id`,
    [drop],
  );
  expect(rows).toHaveLength(1);
  await db.database.query('delete from checkout.products where drop_id = $1', [drop]);
  const going = [['delete from checkout.drops where drop_id = $1', [drop]]] as const;
  const [revoked] = await whileHeld(db.database, { by: going, end: 'commit' }, [
    () => createSessionStore(db.database).revoke(drop, [anyTicket()], who.reason, who.actor),
  ]);
  expect(revoked).toEqual({ status: 'fulfilled', value: undefined });
});

test('a charge of the sandbox is forgotten with the message that is written of it in that moment', async () => {
  const { rows } = await db.database.query(
    `insert into sandbox.charges (idempotency_key, reference, amount_minor, currency, status) values ('k', 'r', 1, 'EUR', 'processing')
     returning id`,
  );
  const settling = [
    [`update sandbox.charges set status = 'captured' where id = $1`, [rows[0].id]],
    [
      `insert into sandbox.events (type, charge_id, due_at, sends) values ('charge.captured', $1, now(), 1)`,
      [rows[0].id],
    ],
  ] as const;
  const [forgotten] = await whileHeld(db.database, { by: settling, end: 'commit' }, [
    () => query(db.database, 'sandbox-forget-charges', [['r']]),
  ]);
  expect(forgotten).toMatchObject({ status: 'fulfilled' });
  const left = await db.database.query('select from sandbox.events where charge_id = $1', [rows[0].id]);
  expect(left.rowCount).toBe(0);
});

test('promise 7: a statement that Postgres gives up for another one, because they wait for each other, is sent again', async () => {
  const { drop, holder, id } = await holdIn(db.database);
  const [rows, stock] = [await db.database.connect(), await db.database.connect()];
  try {
    // It is the release that closes the circle, so it is the one that is given up: the others look for one much later.
    for (const one of [rows, stock]) {
      await one.query('begin');
      await one.query(`set local deadlock_timeout = '10 min'`);
    }
    await rows.query('select from checkout.reservations where id = $1 for update', [id]);
    await stock.query('select from checkout.stock where drop_id = $1 for update', [drop]);
    const releasing = till.reservations.release(drop, id);
    await untilWaiting(db.database, 1);
    const lockingShopper = stock.query(
      'select from checkout.shoppers where drop_id = $1 and shopper = $2 for update',
      [drop, holder.shopper],
    );
    await untilWaiting(db.database, 2);
    await rows.query('rollback');
    await lockingShopper;
    await stock.query('rollback');
    expect(await releasing).toBe(true);
  } finally {
    for (const one of [rows, stock]) one.release(true);
  }
  expect(await imbalances(db.database, drop)).toEqual([]);
});
