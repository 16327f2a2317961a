/** What a shopper hears of a payment that did not go as it should, over HTTP. */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import { expectSoundBooks } from '../support/books.ts';
import { balances, createDrop } from '../support/checkout-database.ts';
import { startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout({
    PAYMENT_PROVIDERS: 'sandbox,stripe',
    STRIPE_SECRET_KEY: 'sk_test_nobody_there',
    STRIPE_WEBHOOK_SECRET: 'whsec_nobody_there',
    STRIPE_API_URL: 'http://127.0.0.1:1',
  });
});
afterAll(() => checkout.close());

const shoe = [{ sku: 'shoe', quantity: 1 }];
const type = (name: string) => ({ type: expect.stringMatching(new RegExp(`/${name}$`)) });

test('3.10: while a provider is not there shoppers are told when to come again, their holds stay, and another provider takes the money', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', shoe);
  const path = `/v1/reservations/${body.id}`;
  // The first three find out, then the breaker is open and nobody waits for the provider any more.
  for (let times = 0; times < 4; times++) {
    const refused = await shopper.call('POST', `${path}/payment`, { method: 'stripe:pm_card_visa' });
    expect(refused).toMatchObject({ status: 503, body: type('payment-unavailable') });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await shopper.call('GET', path)).body).toMatchObject({ status: 'held' });
  }
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { held: 1, sold: 0 } });
  expect((await shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' })).status).toBe(200);
  await expectSoundBooks(checkout.db.database, drop);
});

test('3.10: whose money came when the hold and the units were gone reads that it goes back, and that it is back', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const [shopper, other] = [await checkout.enter(drop), await checkout.enter(drop)];
  const { body } = await shopper.reserve('k', shoe);
  const path = `/v1/reservations/${body.id}`;
  const unknown = await shopper.call('POST', `${path}/payment`, { method: 'sandbox:timeout-after-capture' });
  expect(unknown).toMatchObject({ status: 202, body: { status: 'processing' } });
  // A quarter of an hour later, and somebody else was quicker.
  await createPaymentStore(checkout.db.database).giveUp(0, 100);
  expect((await other.reserve('k', shoe)).status).toBe(201);
  await checkout.db.database.query(
    `update checkout.payment_attempts set started_at = started_at - interval '1 minute' where reservation_id = $1`,
    [body.id],
  );
  await waitUntil(async () => (await shopper.call('GET', path)).body.lateRefund === 'succeeded', {
    timeoutMs: 30_000,
    everyMs: 600, // below a session's limit
    what: 'the money back',
  });
  expect((await shopper.call('GET', path)).body).toMatchObject({ status: 'expired' });
  expect(await shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' })).toMatchObject({
    status: 409,
    body: { ...type('paid-too-late'), refund: 'succeeded' },
  });
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { held: 1, sold: 0 } });
  await expectSoundBooks(checkout.db.database, drop);
}, 60_000);
