/** The Stripe adapter against a server that keeps Stripe's state, and refuses what Stripe's own description refuses. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requiredProgram } from '../../../scripts/lib/required-program.mjs';
import { guardProvider } from '../../src/payments/guard.ts';
import {
  type ChargeRequest,
  type PaymentProvider,
  ProviderUnreachableError,
  type ResolveMode,
} from '../../src/payments/provider.ts';
import { createStripeProvider } from '../../src/payments/stripe.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  imbalances,
} from '../support/checkout-database.ts';
import { type StripeStandIn, signed, startStripeStandIn, webhookSecret } from '../support/stripe-stand-in.ts';
import { createTill, holdIn } from '../support/till.ts';

let db: CheckoutDatabase;
let stripe: StripeStandIn;
let provider: PaymentProvider;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  stripe = await startStripeStandIn(process.env.STRIPE_MOCK_PATH);
  provider = createStripeProvider({
    secretKey: 'sk_test_123',
    webhookSecrets: ['whsec_the_next_one', webhookSecret],
    apiUrl: stripe.url,
  });
});
afterAll(async () => {
  await stripe.close();
  await db.close();
});

let charges = 0;
const request = (method: string): ChargeRequest => ({
  idempotencyKey: `key-${charges++}.1`,
  reference: 'a reservation',
  amountMinor: 1000,
  currency: 'EUR',
  method: `stripe:${method}`,
});
const soon = () => AbortSignal.timeout(10_000);
const charge = (asked: ChargeRequest) => provider.charge(asked, soon());
const resolve = (asked: ChargeRequest, mode: ResolveMode) => provider.resolve(asked, mode, soon());
const intentOf = ({ idempotencyKey }: ChargeRequest) =>
  [...stripe.intents.values()].filter((one) => (one.metadata as { key?: string }).key === idempotencyKey);

/** Lets requests to `path` go wrong while `act` runs. */
async function during<T>(
  kind: StripeStandIn['trouble']['kind'],
  path: RegExp,
  act: () => Promise<T>,
): Promise<T> {
  stripe.trouble = { kind, path };
  try {
    return await act();
  } finally {
    stripe.trouble = { kind: 'none', path: /./ };
  }
}

test('a charge is captured once, however often it is asked for', async () => {
  const asked = request('pm_card_visa');
  const first = await charge(asked);
  expect(first).toEqual({ status: 'captured', chargeId: expect.stringMatching(/^pi_/) });
  expect(await charge(asked)).toEqual(first);
  expect(await resolve(asked, 'settle')).toEqual(first);
  expect(intentOf(asked)).toHaveLength(1);
});

test('a decline is an answer with its reason, and final: the card can not be charged later under this attempt', async () => {
  const asked = request('pm_card_declined');
  expect(await charge(asked)).toEqual({ status: 'declined', reason: 'insufficient_funds' });
  expect(intentOf(asked)[0]?.status).toBe('canceled');
  expect(await resolve(asked, 'look')).toEqual({ status: 'declined', reason: 'insufficient_funds' });
  expect(await charge(request('pm_no_such_thing'))).toEqual({
    status: 'declined',
    reason: 'resource_missing',
  });
  expect(await charge({ ...request('pm_card_visa'), amountMinor: 1 })).toEqual({
    status: 'declined',
    reason: 'amount_too_small',
  });
});

test('a bank that wants to see its customer: the browser gets what it needs, and the outcome follows', async () => {
  const asked = request('pm_card_3ds');
  const waiting = {
    status: 'requires_action',
    action: { type: 'client', clientSecret: expect.stringContaining('_secret_') },
  };
  expect(await charge(asked)).toEqual(waiting);
  expect(await resolve(asked, 'settle')).toEqual(waiting);
  const [intent] = intentOf(asked);
  stripe.finish(intent?.id ?? '', 'succeeded');
  expect(await resolve(asked, 'look')).toEqual({ status: 'captured', chargeId: intent?.id });
});

test('a shopper who never comes back from the bank is given up, and can not be charged any more', async () => {
  const asked = request('pm_card_3ds');
  await charge(asked);
  expect(await resolve(asked, 'give-up')).toMatchObject({ status: 'voided' });
  expect(intentOf(asked)[0]?.status).toBe('canceled');
});

test('what is on its way stays so: it is neither lost nor given up by asking', async () => {
  const asked = request('pm_card_bank');
  for (const mode of ['look', 'settle', 'give-up'] as const) {
    await charge(asked);
    expect(await resolve(asked, mode)).toEqual({ status: 'processing' });
  }
});

test('the elements of Stripe: the browser confirms, again after a refused card, until it is given up', async () => {
  const asked = request('elements');
  expect(await charge(asked)).toMatchObject({ status: 'requires_action', action: { type: 'client' } });
  stripe.finish(intentOf(asked)[0]?.id ?? '', 'requires_payment_method');
  expect(await resolve(asked, 'settle')).toMatchObject({ status: 'requires_action' });
  expect(await resolve(asked, 'give-up')).toMatchObject({ status: 'voided' });
});

test.each([
  ['the intent was made', /POST .*payment_intents$/, 0],
  ['it was confirmed', /confirm$/, 1],
])(
  'promise 6: the answer is lost after %s: settling finds out, and charges nothing by asking',
  async (_what, path, captured) => {
    const asked = request('pm_card_visa');
    await expect(during('lose', path, () => charge(asked))).rejects.not.toThrow(ProviderUnreachableError);
    const outcome = await resolve(asked, 'settle');
    expect(outcome.status).toBe(captured ? 'captured' : 'voided');
    expect(intentOf(asked).filter(({ status }) => status === 'succeeded')).toHaveLength(captured);
    // The dead instance's confirmation arrives after all.
    expect((await charge(asked)).status).toBe(captured ? 'captured' : 'declined');
    expect(intentOf(asked).filter(({ status }) => status === 'succeeded')).toHaveLength(captured);
  },
);

test('looking at an attempt that is just being made does not spoil it', async () => {
  const asked = request('pm_card_visa');
  expect(await resolve(asked, 'look')).toEqual({ status: 'processing' });
  expect(await charge(asked)).toMatchObject({ status: 'captured' });
});

test('a provider that is not there was never asked; one that fails or is silent may have done anything', async () => {
  const gone = createStripeProvider({
    secretKey: 'sk_test_1',
    webhookSecrets: [],
    apiUrl: 'http://127.0.0.1:1',
  });
  await expect(gone.charge(request('pm_card_visa'), soon())).rejects.toThrow(ProviderUnreachableError);
  const asked = request('pm_card_visa');
  await expect(during('fail', /confirm/, () => charge(asked))).rejects.not.toThrow(ProviderUnreachableError);
  const silent = guardProvider(provider, { timeoutMs: 100 });
  await expect(during('hang', /confirm/, () => silent.charge(request('pm_card_visa')))).rejects.toThrow(
    /timed out/i,
  );
});

test('money goes back once a key, never more than was taken, and what is found is told apart from what we did', async () => {
  const captured = await charge(request('pm_card_visa'));
  if (captured.status !== 'captured') throw new Error(captured.status);
  const { chargeId } = captured;
  const refund = (idempotencyKey: string, amountMinor: number) =>
    provider.refund({ idempotencyKey, chargeId, amountMinor, currency: 'EUR' }, soon());
  const first = await refund('refund-1', 600);
  expect(first).toEqual({ status: 'succeeded', providerRefundId: expect.stringMatching(/^re_/) });
  expect(await refund('refund-1', 600)).toEqual(first);
  expect(await refund('refund-2', 600)).toEqual({ status: 'refused', reason: 'charge_already_refunded' });
  stripe.refundByHand(chargeId, 100);
  expect(
    (await provider.listRefunds(chargeId, soon())).map(({ key, amountMinor }) => [key, amountMinor]),
  ).toEqual([
    ['refund-1', 600],
    [undefined, 100],
  ]);
  expect(await provider.findKey(chargeId, soon())).toMatch(/^key-/);
  expect(await provider.findKey('pi_of_somebody_else', soon())).toBeUndefined();
});

test('a message is believed by its signature over the very bytes, within five minutes, under either secret', async () => {
  const asked = request('pm_card_visa');
  await charge(asked);
  const { body, id, type } = stripe.events.at(-1) ?? { body: '', id: '', type: '' };
  const read = (headers: Record<string, string>, bytes = body) =>
    provider.readEvent(Buffer.from(bytes), headers);
  expect(read(signed(body))).toEqual({
    id,
    type,
    key: asked.idempotencyKey,
    chargeId: expect.stringMatching(/^pi_/),
  });
  expect(read(signed(body, { secret: 'whsec_the_next_one' }))).toMatchObject({ id });
  const now = Math.floor(Date.now() / 1000);
  const refusals: [string, () => unknown, string][] = [
    ['none', () => read({}), 'signature-missing'],
    ['another secret', () => read(signed(body, { secret: 'whsec_x' })), 'signature-invalid'],
    ['another body', () => read(signed(body), body.replace('succeeded', 'succeeeed')), 'signature-invalid'],
    ['a space more', () => read(signed(body), `${body} `), 'signature-invalid'],
    ['too old', () => read(signed(body, { timestamp: now - 301 })), 'too-old'],
    ['no signature at all', () => read({ 'stripe-signature': 'x' }), 'signature-invalid'],
    ['no JSON', () => read(signed('nonsense'), 'nonsense'), 'malformed'],
  ];
  for (const [what, act, reason] of refusals) expect(act, what).toThrow(reason);
  expect(read(signed(body, { timestamp: now - 290 }))).toMatchObject({ id });
});

test('promise 6: a shopper pays by Stripe: hold, bank, order, cancellation, stock back', async () => {
  const till = createTill(db.database, provider);
  const { drop, holder, id } = await holdIn(db.database);
  const answer = await till.payments.pay(holder, id, 'stripe:pm_card_3ds');
  expect(answer).toMatchObject({ verdict: 'requires_action', action: { type: 'client' } });
  expect(await till.payments.pay(holder, id, 'stripe:pm_card_visa')).toEqual(answer);
  const [intent] = [...stripe.intents.values()].filter(
    (one) => (one.metadata as { reservation?: string }).reservation === id,
  );
  stripe.finish(intent?.id ?? '', 'succeeded');
  const paid = await till.payments.pay(holder, id, 'stripe:pm_card_visa');
  expect(paid).toMatchObject({ verdict: 'paid' });
  const orderId = (paid.verdict === 'paid' && paid.reservation.orderId) || '';
  const wish = { orderId, kind: 'cancellation' as const, key: 'k', returned: [], reason: 'r', actor: 'a' };
  expect(await till.orders.requestRefund(wish)).toMatchObject({ verdict: 'requested' });
  await till.settleRefunds();
  expect(await till.orders.find(orderId)).toMatchObject({ status: 'cancelled', refundedMinor: 1000 });
  expect([...stripe.refunds.values()].filter((one) => one.payment_intent === intent?.id)).toHaveLength(1);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 5 } });
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('every request of this file fits Stripe’s own description of its API', (context) => {
  requiredProgram('STRIPE_MOCK_PATH', context);
  expect(stripe.intents.size).toBeGreaterThan(10);
  expect(stripe.refused).toEqual([]);
});
