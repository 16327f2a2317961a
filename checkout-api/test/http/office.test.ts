import { afterAll, beforeAll, expect, test } from 'vitest';
import { OFFICE_READS } from '../../src/rate-limits.ts';
import { anyTicket, createDrop } from '../support/checkout-database.ts';
import { send, serviceToken, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

let checkout: TestCheckout;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  checkout = await startTestCheckout({ WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8, ::1/128' });
});
afterAll(async () => {
  await checkout.close();
  await receiver.close();
});

const nobody = '0190a7c0-0000-7000-8000-000000000000';
const who = { reason: 'the shopper asked', actor: 'mara@shop' };

const office = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  send(checkout.internalUrl, method, `/internal/v1${path}`, {
    body,
    headers: { authorization: `Bearer ${serviceToken}`, ...headers },
  });
const search = async (query: Record<string, string>) =>
  (await office('GET', `/orders?${new URLSearchParams(query)}`)).body;

/** Buys one pair in a drop; `customer` as the shop has signed it. */
async function buy(drop: string, customer?: string, method = 'sandbox:ok') {
  const shopper = await checkout.enter(drop, customer === undefined ? {} : { customer });
  const { body } = await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  const paid = await shopper.call('POST', `/v1/reservations/${body.id}/payment`, { method });
  return { shopper, number: shopper.jti, hold: body.id as string, id: paid.body.order?.id as string };
}

test('an order is found by itself, its ticket, the reference on the page, the customer, the drop, its state and its time', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 9 });
  const before = new Date(Date.now() - 1000).toISOString();
  const ada = await buy(drop, `ada-${drop}`);
  const other = await buy(drop);
  const ids = async (query: Record<string, string>) =>
    (await search(query)).orders.map(({ id }: { id: string }) => id);
  const [found] = (await search({ id: ada.id })).orders;
  expect(found).toMatchObject({
    id: ada.id,
    drop,
    number: ada.number,
    reference: expect.stringMatching(/^[2-9B-Z]{3}-[2-9B-Z]{3}$/),
    customer: `ada-${drop}`,
    status: 'paid',
    amountMinor: 1000,
    lines: [{ sku: 'shoe', quantity: 1 }],
    fulfilledAt: null,
  });
  expect(await ids({ number: ada.number })).toEqual([ada.id]);
  expect(await ids({ reference: found.reference, drops: drop })).toEqual([ada.id]);
  expect(await ids({ customer: `ada-${drop}` })).toEqual([ada.id]);
  expect(await ids({ drops: drop })).toEqual([other.id, ada.id]);
  expect(await ids({ drops: 'no-such-drop', id: ada.id })).toEqual([]);
  expect(await ids({ drops: drop, from: before })).toEqual([other.id, ada.id]);
  expect(await ids({ drops: drop, to: before })).toEqual([]);
  await office('POST', `/orders/${ada.id}/fulfilment`);
  expect(await ids({ drops: drop, states: 'fulfilled,refunded' })).toEqual([ada.id]);
  expect(await ids({ drops: drop, states: 'cancelled' })).toEqual([]);
});

test('pages of orders miss none and repeat none while more are made', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 20 });
  const made: string[] = [];
  for (let at = 0; at < 5; at++) made.push((await buy(drop)).id);
  // Made in the same instant: the order of their ids decides.
  await checkout.db.database.query('update checkout.orders set created_at = now() where drop_id = $1', [
    drop,
  ]);
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: { orders: { id: string }[]; next: string | null } = await search({
      ...{ drops: drop, limit: '2' },
      ...(after !== null && { after }),
    });
    seen.push(...page.orders.map(({ id }) => id));
    after = page.next;
    if (seen.length === 2) await buy(drop);
  } while (after !== null);
  expect(seen).toEqual([...made].sort().reverse());
});

test("an order's story: hold, declined and captured payment, refund, and who was told", async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const { body: hook } = await office('POST', '/webhooks', {
    url: receiver.url,
    types: ['order.paid', 'order.refunded'],
    drops: [drop],
  });
  const shopper = await checkout.enter(drop, { customer: 'ada' });
  const gone = await shopper.reserve('given-back', [{ sku: 'shoe', quantity: 2 }]);
  await shopper.call('DELETE', `/v1/reservations/${gone.body.id}`);
  const held = await shopper.reserve('kept', [{ sku: 'shoe', quantity: 1 }]);
  const pay = (method: string) =>
    shopper.call('POST', `/v1/reservations/${held.body.id}/payment`, { method });
  expect((await pay('sandbox:decline')).status).toBe(402);
  const { id } = (await pay('sandbox:ok')).body.order;
  await office('POST', `/orders/${id}/refunds`, who, { 'idempotency-key': 'r' });
  const story = () => office('GET', `/orders/${id}/story`);
  await expect.poll(async () => (await story()).body.order.status).toBe('refunded');
  await expect.poll(async () => (await story()).body.events.at(-1)?.deliveries[0]?.status).toBe('delivered');
  expect((await story()).body).toMatchObject({
    order: { id, drop, customer: 'ada', refundedMinor: 1000 },
    ticket: {
      session: { customer: 'ada', endReason: 'paid' },
      revocation: null,
      holds: [
        { status: 'released', orderId: null, payments: [], lines: [{ sku: 'shoe', quantity: 2 }] },
        {
          status: 'paid',
          orderId: id,
          lines: [{ sku: 'shoe', quantity: 1, unitPriceMinor: 1000 }],
          payments: [
            { attempt: 1, provider: 'sandbox', status: 'declined' },
            { attempt: 2, status: 'captured', chargeId: expect.any(String) },
          ],
          refunds: [{ kind: 'refund', status: 'succeeded', amountMinor: 1000, ...who, returnToSale: [] }],
        },
      ],
    },
    events: [
      { type: 'order.paid', deliveries: [{ webhookId: hook.id, kind: 'webhook', tries: 1 }] },
      { type: 'order.refunded', deliveries: [{ url: receiver.url, lastError: null }] },
    ],
  });
  const ticket = await office('GET', `/drops/${drop}/tickets/${shopper.jti}`);
  expect(ticket.body).toEqual((await story()).body.ticket);
  await office('DELETE', `/webhooks/${hook.id}`);
}, 60_000);

test('a ticket that never came, or was taken back, has a story, too', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const stranger = await office('GET', `/drops/${drop}/tickets/${anyTicket()}`);
  expect(stranger).toMatchObject({ status: 200, body: { session: null, revocation: null, holds: [] } });
  const shopper = await checkout.enter(drop);
  await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  await office('POST', `/drops/${drop}/revocations`, { jtis: [shopper.jti], ...who });
  expect((await office('GET', `/drops/${drop}/tickets/${shopper.jti}`)).body).toMatchObject({
    session: { endReason: 'revoked' },
    revocation: who,
    holds: [{ status: 'released' }],
  });
});

test('what a drop has sold is summed by its orders', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const nothing = {
    drop,
    currency: 'EUR',
    orders: 0,
    buyers: 0,
    amountMinor: 0,
    refundedMinor: 0,
    cancelled: 0,
  };
  expect((await office('GET', `/drops/${drop}/sales`)).body).toEqual(nothing);
  const { id } = await buy(drop);
  await buy(drop);
  await office('POST', `/orders/${id}/cancellation`, who, { 'idempotency-key': 'c' });
  await expect
    .poll(async () => (await office('GET', `/drops/${drop}/sales`)).body)
    .toEqual({ ...nothing, orders: 2, buyers: 2, amountMinor: 2000, refundedMinor: 1000, cancelled: 1 });
});

test('promise 8: a search that can not be meant is refused by field', async () => {
  for (const [query, field] of [
    [{ id: 'x' }, 'id'],
    [{ number: 'x' }, 'number'],
    [{ reference: 'nobody' }, 'reference'],
    [{ customer: '' }, 'customer'],
    [{ states: 'paid,lost' }, 'states'],
    [{ drops: Array.from({ length: 201 }, (_, at) => `d${at}`).join(',') }, 'drops'],
    [{ from: 'yesterday' }, 'from'],
    [{ after: nobody }, 'after'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '501' }, 'limit'],
    [{ order: 'x' }, 'order'],
  ] as [Record<string, string>, string][]) {
    const answer = await office('GET', `/orders?${new URLSearchParams(query)}`);
    expect([answer.status, answer.text], field).toEqual([400, expect.stringContaining(field)]);
  }
  expect((await office('GET', `/orders/${nobody}/story`)).status).toBe(404);
  expect((await office('GET', '/drops/no-such-drop/sales')).status).toBe(404);
  expect((await office('GET', '/drops/no-such-drop/tickets/x')).status).toBe(400);
});

test('a script that runs away is slowed down, and what sells is not', async () => {
  const statuses = new Set<number>();
  // Twice the limit: its minute may end meanwhile, and the next one counts from nothing.
  for (let at = 0; at < 2 * OFFICE_READS.max + 100 && !statuses.has(429); at += 100)
    for (const { status } of await Promise.all(
      Array.from({ length: 100 }, () => office('GET', '/drops/no-such-drop/sales')),
    ))
      statuses.add(status);
  expect(statuses).toContain(429);
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  expect((await buy(drop)).id).toBeDefined();
}, 120_000);
