/** Payments that end late, twice, or not at all: one captured payment and its order, or none and the stock is back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardProvider } from '../../src/payments/guard.ts';
import { type PaymentProvider, ProviderUnreachableError } from '../../src/payments/provider.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  enterShoppers,
  imbalances,
} from '../support/checkout-database.ts';
import { createTill, holdIn } from '../support/till.ts';

let db: CheckoutDatabase;
let sandbox: PaymentProvider;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  sandbox = createSandboxProvider(db.connect(), 'c2VjcmV0');
});
afterAll(() => db.close());

/** The sandbox, and how it behaves from now on: `silent` answers nothing, having captured; `down` is not there at all. */
function troubled() {
  const trouble: { kind: 'none' | 'silent' | 'down'; asked: number } = { kind: 'none', asked: 0 };
  const ail = async () => {
    trouble.asked++;
    if (trouble.kind === 'down') throw new ProviderUnreachableError('connect ECONNREFUSED');
    if (trouble.kind === 'silent') throw new Error('socket hang up');
  };
  const provider: PaymentProvider = {
    ...sandbox,
    async charge(request, signal) {
      if (trouble.kind === 'silent') await sandbox.charge(request, signal);
      await ail();
      return sandbox.charge(request, signal);
    },
    async resolve(request, mode, signal) {
      await ail();
      return sandbox.resolve(request, mode, signal);
    },
  };
  return { trouble, provider };
}

const sql = (text: string, ...values: unknown[]) => db.database.query(text, values).then(({ rows }) => rows);
const orders = (id: string) => sql('select status from checkout.orders where reservation_id = $1', id);
const charges = (id: string) =>
  sql('select status from sandbox.charges where reference = $1 order by at', id).then((rows) =>
    rows.map(({ status }) => status),
  );

/** A hold whose money was taken although we were told nothing, and which was given up. */
async function givenUp(stock: number, parts = 1) {
  const { trouble, provider } = troubled();
  const till = createTill(db.database, provider, { holdSeconds: 0 });
  const hold = await holdIn(db.database, { shoe: 2 }, { stock, parts, perShopperLimit: 2 });
  trouble.kind = 'silent';
  expect(await till.payments.pay(hold.holder, hold.id, 'sandbox:ok')).toEqual({ verdict: 'processing' });
  await till.payments.reconcile(0, 10);
  expect(await balances(db.database, hold.drop)).toMatchObject({ shoe: { available: stock, held: 0 } });
  // Nobody knows yet whether money was taken: that is what the shopper hears.
  expect(await till.payments.pay(hold.holder, hold.id, 'sandbox:ok')).toEqual({ verdict: 'processing' });
  trouble.kind = 'none';
  return { ...hold, till };
}

test.each([1, 3])(
  'promise 6: money for a hold that was given up takes its units again from wherever they are (%i rows)',
  async (parts) => {
    const { drop, holder, id, till } = await givenUp(2, parts);
    expect(await till.payments.reconcile(0, 10)).toBe(1);
    expect(await till.payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
    expect(await orders(id)).toEqual([{ status: 'paid' }]);
    expect(await charges(id)).toEqual(['captured']);
    expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 0, held: 0, sold: 2 } });
    expect(await imbalances(db.database, drop)).toEqual([]);
  },
);

test('promise 6: money for a hold whose units have gone to somebody else goes back, and the shopper is told', async () => {
  const { drop, holder, id, till } = await givenUp(2);
  const [other] = await enterShoppers(db.database, drop, 1);
  if (other === undefined) throw new Error('no shopper');
  const taken = await createReservationStore(db.database).reserve(other, 'k', [{ sku: 'shoe', quantity: 1 }]);
  expect(taken.verdict).toBe('reserved');
  await till.payments.reconcile(0, 10);
  const told = await till.payments.pay(holder, id, 'sandbox:ok');
  expect(told).toEqual({ verdict: 'paid-too-late', refund: 'pending' });
  await till.settleRefunds();
  expect(await till.payments.pay(holder, id, 'sandbox:ok')).toEqual({
    verdict: 'paid-too-late',
    refund: 'succeeded',
  });
  expect(await till.reservations.find(holder, id)).toMatchObject({
    status: 'expired',
    lateRefund: 'succeeded',
  });
  expect(await charges(id)).toEqual(['refunded']);
  expect(await orders(id)).toEqual([]);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 1, held: 1, sold: 0 } });
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 6: a hold that ran out is not taken again beyond what its shopper may have', async () => {
  const { drop, holder, id, till } = await givenUp(5);
  const lines = [{ sku: 'shoe', quantity: 1 }];
  expect((await createReservationStore(db.database).reserve(holder, 'another', lines)).verdict).toBe(
    'reserved',
  );
  await till.payments.reconcile(0, 10);
  expect(await till.payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid-too-late' });
  expect(await imbalances(db.database, drop)).toEqual([]);
});

/** A hold with one attempt that was taken for failed and is captured at the provider after all. */
async function secretlyCaptured() {
  const till = createTill(db.database, sandbox);
  const hold = await holdIn(db.database);
  const begun = await till.store.begin(hold.holder, hold.id, 'sandbox', 'sandbox:ok');
  const charge = {
    idempotencyKey: `${hold.id}.${begun?.attempt}`,
    reference: hold.id,
    amountMinor: 1000,
    currency: 'EUR',
  };
  await sandbox.charge({ ...charge, method: 'sandbox:ok' }, AbortSignal.timeout(5000));
  await till.store.fail(hold.id, 1, 'declined', 'said_so');
  return { ...hold, till };
}

test('promise 6: a capture of an attempt that was taken for failed pays the hold that is still there', async () => {
  const { drop, id, till } = await secretlyCaptured();
  await till.payments.refresh(id, 1);
  await till.payments.refresh(id, 1);
  expect(await orders(id)).toEqual([{ status: 'paid' }]);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 0, sold: 1 } });
});

test.each(['is paid', 'is being paid', 'was released'])(
  'promise 6: a second capture for a hold that %s goes back; there is one order at most',
  async (fate) => {
    const { drop, holder, id, till } = await secretlyCaptured();
    if (fate === 'was released') await till.reservations.release(drop, id);
    else await till.store.begin(holder, id, 'sandbox', 'sandbox:ok');
    if (fate === 'is paid') await till.store.settle(id, 2, 'another charge');
    await Promise.all([till.payments.refresh(id, 1), till.payments.refresh(id, 1)]);
    await till.settleRefunds();
    expect(await charges(id)).toEqual(['refunded']);
    expect(await orders(id)).toEqual(fate === 'is paid' ? [{ status: 'paid' }] : []);
    if (fate === 'is being paid') {
      expect(await till.store.settle(id, 2, `second charge of ${id}`)).toBe('paid');
      expect(await orders(id)).toEqual([{ status: 'paid' }]);
    }
    expect(await imbalances(db.database, drop)).toEqual([]);
  },
);

test('promise 6: many late captures of one hold at the same time are settled once', async () => {
  const { id, till } = await givenUp(2);
  const again = createTill(db.connect(), sandbox);
  await Promise.all([till, again, till, again].map((one) => one.payments.refresh(id, 1)));
  expect(await orders(id)).toHaveLength(1);
});

test('a half-open breaker lets exactly one of many callers through, and all of them once that one has succeeded', async () => {
  const { trouble, provider } = troubled();
  const guarded = guardProvider(provider, { halfOpenAfterMs: 30 });
  const ask = () =>
    guarded.resolve(
      { idempotencyKey: 'x', reference: 'x', amountMinor: 1, currency: 'EUR', method: 'sandbox:ok' },
      'look',
    );
  trouble.kind = 'silent';
  for (let times = 0; times < 5; times++) await ask().catch(() => {});
  expect(guarded.breakerState()).toBe(2);
  // Until the pause is over nobody is let through; then, of ten at once, one.
  await expect
    .poll(async () => {
      trouble.asked = 0;
      await Promise.allSettled(Array.from({ length: 10 }, ask));
      return trouble.asked;
    })
    .toBe(1);
  expect(guarded.breakerState()).toBe(2);
  trouble.kind = 'none';
  await expect.poll(() => ask().then((outcome) => outcome.status, String)).toBe('processing');
  trouble.asked = 0;
  await Promise.all(Array.from({ length: 10 }, ask));
  expect(trouble.asked).toBe(10);
});

test('while the provider is down a hold that would run out stays, for a quarter of an hour at most', async () => {
  const { trouble, provider } = troubled();
  const till = createTill(db.database, provider);
  const { holder, id } = await holdIn(db.database);
  trouble.kind = 'down';
  const left = () =>
    sql(
      `select extract(epoch from expires_at - now())::float8 as seconds,
              extract(epoch from expires_at - promised_until)::float8 as beyond from checkout.reservations where id = $1`,
      id,
    ).then(([row]) => row);
  await sql(`update checkout.reservations set expires_at = now() + '20 seconds' where id = $1`, id);
  expect(await till.payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'provider-unavailable' });
  expect((await left()).seconds).toBeGreaterThan(30);
  await sql(
    `update checkout.reservations set expires_at = now() + '20 seconds', promised_until = now() - '870 seconds'::interval where id = $1`,
    id,
  );
  await till.payments.pay(holder, id, 'sandbox:ok');
  expect((await left()).beyond).toBeLessThanOrEqual(900);
  trouble.kind = 'none';
  expect(await createTill(db.database, provider).payments.pay(holder, id, 'sandbox:ok')).toMatchObject({
    verdict: 'paid',
  });
});

test('promise 6: when a provider that took money and said nothing comes back, every outcome is settled by one round', async () => {
  const { trouble, provider } = troubled();
  const holds = await Promise.all(Array.from({ length: 30 }, () => holdIn(db.database)));
  trouble.kind = 'silent';
  // Each at a till of its own, or the breaker would spare most of them.
  for (const { holder, id } of holds)
    await createTill(db.database, provider).payments.pay(holder, id, 'sandbox:ok');
  trouble.kind = 'none';
  const later = createTill(db.database, provider);
  await later.payments.reconcile(0, 50);
  for (const { drop, id } of holds) {
    expect(await charges(id)).toEqual(['captured']);
    expect(await orders(id)).toEqual([{ status: 'paid' }]);
    expect(await balances(db.database, drop)).toMatchObject({ shoe: { sold: 1, held: 0 } });
    expect(await imbalances(db.database, drop)).toEqual([]);
  }
  expect(await sql(`select 1 from checkout.payment_attempts where status = 'pending'`)).toEqual([]);
});
