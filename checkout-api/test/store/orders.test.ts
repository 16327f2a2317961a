import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  nextOrderState,
  type OrderEvent,
  type OrderState,
  orderEvents,
  orderStates,
} from '../../src/domain/order-states.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  imbalances,
} from '../support/checkout-database.ts';
import { createTill, holdIn } from '../support/till.ts';

let db: CheckoutDatabase;
let till: ReturnType<typeof createTill>;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  till = createTill(db.database, createSandboxProvider(db.connect(), 'c2VjcmV0'));
});
afterAll(() => db.close());

const who = { reason: 'a reason', actor: 'somebody' };
let keys = 0;
const anyKey = () => `key-${keys++}`;

/** An order of 3 shoes (3000) and 1 lace (1000), just paid. */
async function order() {
  const { drop, holder, id } = await holdIn(db.database, { lace: 1, shoe: 3 });
  const answer = await till.payments.pay(holder, id, 'sandbox:ok');
  if (answer.verdict !== 'paid') throw new Error(answer.verdict);
  return { drop, holder, reservation: id, id: answer.reservation.orderId as string };
}

function refund(orderId: string, amountMinor?: number, returned: { sku: string; quantity: number }[] = []) {
  return till.orders.requestRefund({ orderId, kind: 'refund', key: anyKey(), amountMinor, returned, ...who });
}

/** Does an event to an order as the back office would; false when it was refused. */
async function apply(id: string, event: OrderEvent): Promise<boolean> {
  if (event === 'fulfil') return (await till.orders.fulfil(id))?.fulfilled === true;
  const answer =
    event === 'cancel'
      ? await till.orders.requestRefund({
          orderId: id,
          kind: 'cancellation',
          key: anyKey(),
          returned: [],
          ...who,
        })
      : await refund(id, event === 'refund_part' ? 500 : undefined);
  await till.settleRefunds();
  return answer.verdict === 'requested';
}

const wayTo: Record<OrderState, OrderEvent[]> = {
  paid: [],
  fulfilled: ['fulfil'],
  partially_refunded: ['refund_part'],
  refunded: ['refund_rest'],
  cancelled: ['cancel'],
};

test.each(orderStates.flatMap((state) => orderEvents.map((event) => [event, state] as const)))(
  'promise 6: %s in the state %s does in Postgres what the table says, and nothing else',
  async (event, state) => {
    const { id, drop } = await order();
    for (const step of wayTo[state]) await apply(id, step);
    expect((await till.orders.find(id))?.status).toBe(state);
    const next = nextOrderState(state, event);
    expect(await apply(id, event)).toBe(next !== undefined);
    const after = await till.orders.find(id);
    expect(after).toMatchObject({ status: next ?? state, refundingMinor: 0 });
    expect(await imbalances(db.database, drop)).toEqual([]);
  },
);

test('promise 6: code that is wrong fails at the constraints: no order comes back to life, none gives more than it took', async () => {
  const { id } = await order();
  const change = (what: string) =>
    db.database.query(`update checkout.orders set ${what} where id = $1`, [id]);
  await expect(change(`status = 'refunded'`)).rejects.toThrow('orders_state_fits_money');
  await expect(change(`status = 'fulfilled'`)).rejects.toThrow('orders_fulfilment_dated');
  await expect(change(`status = 'shipped'`)).rejects.toThrow('orders_status_known');
  await expect(change('refunding_minor = 4001')).rejects.toThrow('orders_refund_within_amount');
  await apply(id, 'cancel');
  await expect(change(`status = 'paid', refunded_minor = 0`)).rejects.toThrow('has ended as cancelled');
});

test('a cancellation gives back all the money and puts every unit back on sale, each once', async () => {
  const { id, drop, reservation } = await order();
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 2, sold: 3 } });
  const wish = { orderId: id, kind: 'cancellation' as const, key: 'one', returned: [], ...who };
  const answers = await Promise.all(Array.from({ length: 5 }, () => till.orders.requestRefund(wish)));
  expect(answers.map(({ verdict }) => verdict).sort()).toEqual([...Array(4).fill('replayed'), 'requested']);
  expect(await till.orders.find(id)).toMatchObject({
    status: 'paid',
    refundingMinor: 4000,
    refundedMinor: 0,
  });
  await Promise.all([till.settleRefunds(), till.settleRefunds(), till.settleRefunds()]);
  expect(await till.orders.find(id)).toMatchObject({
    status: 'cancelled',
    refundingMinor: 0,
    refundedMinor: 4000,
  });
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 5 }, lace: { available: 5 } });
  const { rows } = await db.database.query(
    `select c.status, array(select r.amount_minor::integer from sandbox.refunds r where r.charge_id = c.id) as given
       from sandbox.charges c where c.reference = $1`,
    [reservation],
  );
  expect(rows).toEqual([{ status: 'refunded', given: [4000] }]);
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('a refund may return some of the units to sale, never more than were bought and not returned before', async () => {
  const { id, drop } = await order();
  const shoes = (quantity: number) => [{ sku: 'shoe', quantity }];
  expect(await refund(id, 2000, shoes(2))).toMatchObject({ verdict: 'requested' });
  expect(await refund(id, 500, shoes(2))).toMatchObject({ verdict: 'lines' });
  expect(await refund(id, 500, [{ sku: 'sock', quantity: 1 }])).toMatchObject({ verdict: 'lines' });
  expect(await refund(id, 1000, shoes(1))).toMatchObject({ verdict: 'requested' });
  expect((await balances(db.database, drop)).shoe).toMatchObject({ available: 2, total: 5 });
  await till.settleRefunds();
  expect((await balances(db.database, drop)).shoe).toMatchObject({ available: 5, sold: 3, total: 8 });
  const { rows } = await db.database.query(
    'select sku, sum(delta)::integer as delta, min(actor) as actor from checkout.stock_movements where drop_id = $1 group by sku',
    [drop],
  );
  expect(rows).toEqual([{ sku: 'shoe', delta: 3, actor: 'somebody' }]);
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 6: refunds decided at the same time never add up to more than was paid', async () => {
  const { id } = await order();
  const answers = await Promise.all(Array.from({ length: 10 }, () => refund(id, 900)));
  expect(answers.filter(({ verdict }) => verdict === 'requested')).toHaveLength(4);
  expect(answers.filter(({ verdict }) => verdict === 'amount')).toHaveLength(6);
  await till.settleRefunds();
  expect(await till.orders.find(id)).toMatchObject({ status: 'partially_refunded', refundedMinor: 3600 });
  expect(await refund(id, 401)).toEqual(expect.objectContaining({ verdict: 'amount', leftMinor: 400 }));
  await apply(id, 'refund_rest');
  expect(await till.orders.find(id)).toMatchObject({ status: 'refunded', refundedMinor: 4000 });
});

test('one key, one refund: the same wish answers the same, another one is refused', async () => {
  const { id } = await order();
  const wish = { orderId: id, kind: 'refund' as const, key: 'same', returned: [], ...who };
  const first = await till.orders.requestRefund({ ...wish, amountMinor: 100 });
  if (!('refundId' in first)) throw new Error(first.verdict);
  const again = await till.orders.requestRefund({ ...wish, amountMinor: 100 });
  expect(again).toMatchObject({ verdict: 'replayed', refundId: first.refundId });
  expect(await till.orders.requestRefund({ ...wish, amountMinor: 200 })).toMatchObject({
    verdict: 'key-reused',
  });
  expect((await till.orders.listRefunds(id)).map(({ amountMinor }) => amountMinor)).toEqual([100]);
});

test('while money is on its way back the goods do not leave; a refund the provider refuses changes nothing', async () => {
  const { id } = await order();
  const asked = await refund(id, 100);
  if (!('refundId' in asked)) throw new Error(asked.verdict);
  expect(await till.orders.fulfil(id)).toEqual({ state: 'paid', fulfilled: false, refunding: true });
  expect(
    await till.orders.settleRefund(asked.refundId, { status: 'refused', reason: 'charge_disputed' }),
  ).toBe(true);
  expect(await till.orders.find(id)).toMatchObject({ status: 'paid', refundingMinor: 0, refundedMinor: 0 });
  expect((await till.orders.listRefunds(id))[0]).toMatchObject({
    status: 'refused',
    refusal: 'charge_disputed',
  });
  expect(await till.orders.fulfil(id)).toMatchObject({ state: 'fulfilled', fulfilled: true });
  expect(await till.orders.fulfil(id)).toMatchObject({ state: 'fulfilled', fulfilled: false });
});
