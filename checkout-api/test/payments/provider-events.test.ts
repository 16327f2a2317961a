/** Messages of a provider, in every order: what is worked off last leaves the state that the provider has. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyProviderEvent } from '../../src/payments/apply-event.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { createStripeProvider } from '../../src/payments/stripe.ts';
import { createProviderEventStore } from '../../src/store/provider-events.ts';
import { type CheckoutDatabase, createCheckoutDatabase, imbalances } from '../support/checkout-database.ts';
import { type StripeStandIn, startStripeStandIn, webhookSecret } from '../support/stripe-stand-in.ts';
import { createTill, holdIn } from '../support/till.ts';

let db: CheckoutDatabase;
let stripe: StripeStandIn;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  // Without stripe-mock: this is about order, and there are thousands of requests.
  stripe = await startStripeStandIn(undefined);
});
afterAll(async () => {
  await stripe.close();
  await db.close();
});

const body = Buffer.from('{}');
let ids = 0;

/** A desk where messages of a provider arrive and are worked off. */
function createDesk(till: ReturnType<typeof createTill>) {
  const events = createProviderEventStore(db.database);
  const name = till.guarded.name;
  const options = { events, payments: till.payments, store: till.store, orders: till.orders };
  return async (event: { id: string; type: string; key?: string; chargeId?: string }) => {
    const isNew = await events.receive(name, event, body);
    const work = { provider: name, eventId: event.id };
    await applyProviderEvent(work, { ...options, providers: new Map([[name, till.guarded]]) });
    return isNew;
  };
}

/** Every order of `steps` at the provider, in their order, and of their messages, each anywhere after its step. */
function interleavings(steps: number): ('step' | number)[][] {
  const all: ('step' | number)[][] = [];
  const extend = (row: ('step' | number)[], done: number, open: number[]) => {
    if (done === steps && open.length === 0) all.push(row);
    if (done < steps) extend([...row, 'step'], done + 1, [...open, done]);
    for (const message of open)
      extend(
        [...row, message],
        done,
        open.filter((one) => one !== message),
      );
  };
  extend([], 0, []);
  return all;
}

/** All orders of the messages, all of them after all steps. */
function permutations(steps: number): ('step' | number)[][] {
  let rows: number[][] = [[]];
  for (let message = 0; message < steps; message++)
    rows = rows.flatMap((row) => row.concat(message).map((_, at) => row.toSpliced(at, 0, message)));
  return rows.map((row) => [...Array<'step'>(steps).fill('step'), ...row]);
}

test('the orders tried are all there are: 15 of three steps and their messages, 24 of four messages', () => {
  expect(new Set(interleavings(3).map(String)).size).toBe(15);
  expect(new Set(permutations(4).map(String)).size).toBe(24);
});

test('promise 6: charge, capture, refund in part and in full: in every order of messages, each coming twice, the order is what the provider has', async () => {
  const provider = createStripeProvider({
    secretKey: 'sk_test_1',
    webhookSecrets: [webhookSecret],
    apiUrl: stripe.url,
  });
  const till = createTill(db.database, provider);
  const receive = createDesk(till);
  const expected = [undefined, 'paid', 'partially_refunded', 'refunded'];

  async function play(row: ('step' | number)[]): Promise<void> {
    const { drop, holder, id } = await holdIn(db.database);
    const key = `${id}.1`;
    const intent = () =>
      [...stripe.intents.values()].find((one) => (one.metadata as { key?: string }).key === key)?.id ?? '';
    const steps = [
      () => till.payments.pay(holder, id, 'stripe:pm_card_3ds'),
      () => stripe.finish(intent(), 'succeeded'),
      () => stripe.refundByHand(intent(), 400),
      () => stripe.refundByHand(intent(), 600),
    ];
    let done = 0;
    const messages: { id: string; type: string; key?: string; chargeId?: string }[] = [];
    for (const act of row) {
      if (act === 'step') {
        await steps[done++]?.();
        // Refunds are told by the charge, everything else by the key, as Stripe does.
        const about = done > 2 ? { chargeId: intent() } : { key, chargeId: intent() };
        messages.push({ id: `evt_${ids++}`, type: 'step', ...about });
        continue;
      }
      const message = messages[act];
      if (message === undefined) throw new Error('a message before its step');
      expect(await receive(message)).toBe(true);
      expect(await receive(message)).toBe(false);
      // Whatever this message was about, the order is now what the provider has.
      const hold = await till.reservations.find(holder, id);
      const status = hold?.orderId ? (await till.orders.find(hold.orderId))?.status : undefined;
      expect(status, JSON.stringify(row)).toBe(expected[done - 1]);
    }
    expect(await imbalances(db.database, drop)).toEqual([]);
  }
  const rows = [...interleavings(3), ...permutations(4)];
  const playRest = async () => {
    for (let row = rows.pop(); row !== undefined; row = rows.pop()) await play(row);
  };
  await Promise.all([playRest(), playRest(), playRest(), playRest()]);
}, 60_000);

test('our own refund is told by its key and counted once, whether the job or the message comes first', async () => {
  const till = createTill(db.database, createSandboxProvider(db.connect(), 'c2VjcmV0'));
  const receive = createDesk(till);
  for (const messageFirst of [true, false]) {
    const { holder, id } = await holdIn(db.database);
    const paid = await till.payments.pay(holder, id, 'sandbox:ok');
    const orderId = (paid.verdict === 'paid' && paid.reservation.orderId) || '';
    const wish = {
      orderId,
      kind: 'refund' as const,
      key: 'k',
      amountMinor: 300,
      returned: [],
      reason: 'r',
      actor: 'a',
    };
    const asked = await till.orders.requestRefund(wish);
    const refund = await till.orders.findRefund('refundId' in asked ? asked.refundId : '');
    if (refund === undefined) throw new Error('no refund');
    await till.guarded.refund({ ...refund, idempotencyKey: refund.id });
    const message = () => receive({ id: `evt_${ids++}`, type: 'refund', key: `${id}.1` });
    if (messageFirst) await message();
    await till.settleRefunds();
    await message();
    expect(await till.orders.find(orderId)).toMatchObject({
      status: 'partially_refunded',
      refundedMinor: 300,
      refundingMinor: 0,
    });
  }
});

test('messages about what is not ours are taken and change nothing', async () => {
  const till = createTill(db.database, createSandboxProvider(db.connect(), 'c2VjcmV0'));
  const receive = createDesk(till);
  for (const key of ['nonsense', '0190a7c0-0000-7000-8000-000000000000.1', undefined])
    expect(await receive({ id: `evt_${ids++}`, type: 'x', ...(key === undefined ? {} : { key }) })).toBe(
      true,
    );
  const { rows } = await db.database.query('select 1 from checkout.provider_events where applied_at is null');
  expect(rows).toEqual([]);
});
