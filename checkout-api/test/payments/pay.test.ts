import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardProvider } from '../../src/payments/guard.ts';
import { createPayments } from '../../src/payments/pay.ts';
import type { ChargeRequest, PaymentProvider } from '../../src/payments/provider.ts';
import { ProviderUnreachableError } from '../../src/payments/provider.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
  imbalances,
} from '../support/checkout-database.ts';

let db: CheckoutDatabase;
let sandbox: PaymentProvider;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  sandbox = createSandboxProvider(db.connect(), 'c2VjcmV0');
});
afterAll(() => db.close());

/** It has patience: how long a provider is waited for is tried in guard.test.ts. */
function createTill(provider: PaymentProvider) {
  const reservations = createReservationStore(db.database);
  const outcomes: string[] = [];
  const payments = createPayments({
    store: createPaymentStore(db.database),
    reservations,
    providers: new Map([['sandbox', guardProvider(provider, { timeoutMs: 60_000 })]]),
    observe: (outcome) => outcomes.push(outcome),
  });
  return { payments, reservations, outcomes };
}

async function hold(units = 1) {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  if (holder === undefined) throw new Error('no shopper');
  const answer = await createReservationStore(db.database).reserve(holder, 'k', [
    { sku: 'shoe', quantity: units },
  ]);
  if (!('reservation' in answer)) throw new Error(answer.verdict);
  return { drop, holder, id: answer.reservation.id };
}

async function chargesOf(reservationId: string): Promise<string[]> {
  const { rows } = await db.database.query(
    'select status from sandbox.charges where reference = $1 order by at',
    [reservationId],
  );
  return rows.map((row) => row.status);
}

test('promise 6: a payment makes one order and one captured charge of the right amount', async () => {
  const { drop, holder, id } = await hold(2);
  const { payments, outcomes } = createTill(sandbox);
  const answer = await payments.pay(holder, id, 'sandbox:ok');
  expect(answer).toMatchObject({ verdict: 'paid', reservation: { status: 'paid' } });
  const { rows } = await db.database.query(
    `select o.amount_minor = c.amount_minor as same, c.status from checkout.orders o
       join sandbox.charges c on c.id::text = o.charge_id where o.reservation_id = $1`,
    [id],
  );
  expect(rows).toEqual([{ same: true, status: 'captured' }]);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 3, held: 0, sold: 2 } });
  expect(outcomes).toEqual(['captured']);
});

test('promise 6: a payment asked for while another one is being declined is tried, not told that the hold is gone', async () => {
  const { holder, id } = await hold();
  const first = createTill(sandbox);
  const reservations = createReservationStore(db.database);
  const asked = Promise.withResolvers<void>();
  const payments = createPayments({
    store: createPaymentStore(db.database),
    reservations: {
      // Asks what is in the way only when that has just ended.
      async find(...args) {
        asked.resolve();
        await declined;
        return reservations.find(...args);
      },
    },
    providers: new Map([['sandbox', guardProvider(sandbox)]]),
  });
  const slowDecline: PaymentProvider = {
    ...sandbox,
    async charge(request, signal) {
      await asked.promise;
      return sandbox.charge(request, signal);
    },
  };
  const declined = createTill(slowDecline).payments.pay(holder, id, 'sandbox:decline');
  await waitUntil(async () => (await first.reservations.find(holder, id))?.paying);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
  expect(await declined).toMatchObject({ verdict: 'declined' });
  expect(await chargesOf(id)).toEqual(['declined', 'captured']);
});

test('promise 6: paying twice, at once and again, captures once', async () => {
  const { holder, id } = await hold();
  const tills = [createTill(sandbox), createTill(sandbox)];
  const answers = await Promise.all(
    [0, 1, 0, 1].map((at) => tills[at]?.payments.pay(holder, id, 'sandbox:slow')),
  );
  expect(answers.filter((answer) => answer?.verdict === 'paid')).toHaveLength(1);
  expect(answers.filter((answer) => answer?.verdict === 'processing')).toHaveLength(3);
  expect(await tills[0]?.payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
  expect(await chargesOf(id)).toEqual(['captured']);
});

test('a declined payment leaves the hold as it was, and another method may follow', async () => {
  const { drop, holder, id } = await hold();
  const { payments } = createTill(sandbox);
  expect(await payments.pay(holder, id, 'sandbox:decline')).toEqual({
    verdict: 'declined',
    reason: 'card_declined',
  });
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 1, sold: 0 } });
  expect(await payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
  expect(await chargesOf(id)).toEqual(['declined', 'captured']);
});

test('promise 6: a charge whose answer never came is found by the reconciler and becomes the order', async () => {
  const { drop, holder, id } = await hold();
  const lost: PaymentProvider = {
    ...sandbox,
    async charge(request, signal) {
      await sandbox.charge(request, signal);
      throw new Error('socket hang up');
    },
  };
  const { payments, outcomes } = createTill(lost);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'processing' });
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 1, sold: 0 } });
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'processing' });
  expect(await payments.reconcile(0, 10)).toBe(1);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
  expect(await chargesOf(id)).toEqual(['captured']);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 0, sold: 1 } });
  expect(outcomes).toEqual(['unknown', 'captured']);
});

test('promise 7: an attempt whose instance died before asking takes no money, and the hold is free again', async () => {
  const { drop, holder, id } = await hold();
  const store = createPaymentStore(db.database);
  await store.begin(holder, id, 'sandbox', 'sandbox:ok');
  const { payments } = createTill(sandbox);
  expect(await payments.reconcile(3600, 10)).toBe(0);
  expect(await payments.reconcile(0, 10)).toBe(1);
  expect(await chargesOf(id)).toEqual(['voided']);
  // The dead instance's request arrives after all: the key is spent and nothing is charged.
  const late: ChargeRequest = {
    idempotencyKey: `${id}.1`,
    reference: id,
    amountMinor: 1000,
    currency: 'EUR',
    method: 'sandbox:ok',
  };
  expect(await sandbox.charge(late, AbortSignal.timeout(1000))).toMatchObject({ status: 'voided' });
  expect(await payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
  expect(await chargesOf(id)).toEqual(['voided', 'captured']);
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 7: an instance that died between the capture and the order leaves both to be joined', async () => {
  const { holder, id } = await hold();
  const begun = await createPaymentStore(db.database).begin(holder, id, 'sandbox', 'sandbox:ok');
  await sandbox.charge(
    {
      idempotencyKey: `${id}.${begun?.attempt}`,
      reference: id,
      amountMinor: 1000,
      currency: 'EUR',
      method: 'sandbox:ok',
    },
    AbortSignal.timeout(1000),
  );
  const tills = [createTill(sandbox), createTill(sandbox)];
  await Promise.all(tills.map((till) => till.payments.reconcile(0, 10)));
  const { rows } = await db.database.query('select status from checkout.orders where reservation_id = $1', [
    id,
  ]);
  expect(rows).toEqual([{ status: 'paid' }]);
  expect(await chargesOf(id)).toEqual(['captured']);
});

test('a provider that can not be reached is asked again, then spared; the hold stays and nothing is charged', async () => {
  let asked = 0;
  const down: PaymentProvider = {
    ...sandbox,
    async charge() {
      asked++;
      throw new ProviderUnreachableError('connect ECONNREFUSED');
    },
  };
  const { drop, holder, id } = await hold();
  const { payments, outcomes } = createTill(down);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'provider-unavailable' });
  expect(asked).toBe(3);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'provider-unavailable' });
  expect(asked).toBe(5);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'provider-unavailable' });
  expect(asked).toBe(5);
  expect(outcomes).toEqual(['spared', 'spared', 'spared']);
  expect(await chargesOf(id)).toEqual([]);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 1 } });
  expect(await createTill(sandbox).payments.pay(holder, id, 'sandbox:ok')).toMatchObject({ verdict: 'paid' });
});

test('a decline is an answer: any number of them leaves the breaker closed', async () => {
  const provider = guardProvider(sandbox);
  for (let times = 0; times < 10; times++) {
    const { holder, id } = await hold();
    await createTill(provider as unknown as PaymentProvider).payments.pay(holder, id, 'sandbox:decline');
  }
  expect(provider.breakerState()).toBe(0);
});

test('an open breaker lets one probe through after a while, and closes when it succeeds', async () => {
  let isDown = true;
  let asked = 0;
  const flaky: PaymentProvider = {
    ...sandbox,
    async charge(request, signal) {
      asked++;
      if (isDown) throw new Error('502');
      return sandbox.charge(request, signal);
    },
  };
  const provider = guardProvider(flaky, { halfOpenAfterMs: 50 });
  const request: ChargeRequest = {
    idempotencyKey: 'probe',
    reference: 'probe',
    amountMinor: 1,
    currency: 'EUR',
    method: 'sandbox:ok',
  };
  for (let times = 0; times < 8; times++) await provider.charge(request).catch(() => {});
  expect(asked).toBe(5);
  expect(provider.breakerState()).toBe(2);
  isDown = false;
  await expect
    .poll(() => provider.charge(request).then((outcome) => outcome.status, String))
    .toBe('captured');
  expect(asked).toBe(6);
  expect(provider.breakerState()).toBe(0);
});

test('nobody pays what is not theirs, not held any more, or past its time', async () => {
  const { drop, holder, id } = await hold();
  const [stranger] = await enterShoppers(db.database, drop, 1);
  const { payments, reservations } = createTill(sandbox);
  if (stranger === undefined) throw new Error('no shopper');
  expect(await payments.pay(stranger, id, 'sandbox:ok')).toEqual({ verdict: 'not-found' });
  await db.database.query('update checkout.reservations set expires_at = now() where id = $1', [id]);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'not-held', status: 'expired' });
  await reservations.expire(10);
  expect(await payments.pay(holder, id, 'sandbox:ok')).toEqual({ verdict: 'not-held', status: 'expired' });
  expect(await chargesOf(id)).toEqual([]);
});
