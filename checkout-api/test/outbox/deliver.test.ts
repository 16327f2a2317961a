import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { deliveryTries, type EventType, eventTypes } from '../../src/domain/events.ts';
import { createAddressGuard } from '../../src/outbox/address-guard.ts';
import type { OutboxConsumer } from '../../src/outbox/consumer.ts';
import { deliverEvent } from '../../src/outbox/deliver.ts';
import { createEventBusConsumer } from '../../src/outbox/event-bus.ts';
import { createWebhookConsumer } from '../../src/outbox/webhook.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { createEventStore, type EventStore } from '../../src/store/events.ts';
import { createSecretVault } from '../../src/store/secret-vault.ts';
import { type CheckoutDatabase, createCheckoutDatabase } from '../support/checkout-database.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { createTill, holdIn } from '../support/till.ts';

const keyOf = (kid: string) => `${kid}:${Buffer.alloc(32, kid).toString('base64url')}`;
const vault = createSecretVault(keyOf('k1'));

let db: CheckoutDatabase;
let events: EventStore;
let receiver: Receiver;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  events = createEventStore(db.database, vault);
});
afterAll(() => db.close());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await db.database.query('delete from checkout.event_targets');
  await db.database.query('delete from checkout.events');
  await db.database.query('delete from checkout.stock_told');
  await db.database.query('delete from checkout.drops_told');
  await db.database.query('select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))');
});

const secret = 'whsec_c2VjcmV0';
const sql = (text: string, ...values: unknown[]) => db.database.query(text, values).then(({ rows }) => rows);
const subscribe = (types: EventType[], drops: string[] | null = null, url = receiver.url) =>
  events.createWebhook({ url, types, drops, secret });

const consumers = {
  webhook: createWebhookConsumer(createAddressGuard({ allowedNetworks: ['127.0.0.0/8'] })),
  outbox: createEventBusConsumer('a-token'),
};
const outcomes: string[] = [];

/** Does what the worker would do with every delivery that is pending, once each, whenever it is due. */
async function deliverAll(): Promise<void> {
  const pending = await sql(
    `select d.event_id as "eventId", d.target_id as "targetId" from checkout.event_deliveries d
       join checkout.events e on e.id = d.event_id where d.status = 'pending' order by e.at`,
  );
  for (const delivery of pending)
    await deliverEvent(delivery, { events, consumers, observe: (_kind, outcome) => outcomes.push(outcome) });
}
const emit = (drop = 'a-drop', type = 'stock.low') =>
  sql('select checkout.emit_event($1, $2, $3, $4)', type, drop, 'shoe', { sku: 'shoe' });
const states = () =>
  sql('select status, tries, last_error as error from checkout.event_deliveries').then((rows) => rows);
const bodies = () => receiver.requests.map(({ body }) => JSON.parse(body));

async function buy() {
  const till = createTill(db.database, createSandboxProvider(db.connect(), 'c2VjcmV0'));
  const hold = await holdIn(db.database, { shoe: 2 });
  const paid = await till.payments.pay(hold.holder, hold.id, 'sandbox:ok');
  return { ...hold, till, orderId: (paid.verdict === 'paid' && paid.reservation.orderId) || '' };
}

test('an order that is paid and cancelled is told, signed so that the receiver can believe it, once a state', async () => {
  await subscribe(['order.paid', 'order.cancelled']);
  const { drop, orderId, till, id } = await buy();
  await till.orders.requestRefund({
    orderId,
    kind: 'cancellation',
    key: 'k',
    returned: [],
    reason: 'r',
    actor: 'a',
  });
  await till.settleRefunds();
  await deliverAll();
  expect(bodies()).toEqual([
    {
      type: 'order.paid',
      timestamp: expect.any(String),
      data: {
        orderId,
        drop,
        reservationId: id,
        status: 'paid',
        amountMinor: 2000,
        refundedMinor: 0,
        currency: 'EUR',
        lines: [{ sku: 'shoe', quantity: 2, unitPriceMinor: 1000 }],
      },
    },
    expect.objectContaining({
      type: 'order.cancelled',
      data: expect.objectContaining({ refundedMinor: 2000 }),
    }),
  ]);
  for (const { body, headers } of receiver.requests)
    expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
  await deliverAll();
  expect(receiver.requests).toHaveLength(2);
});

test('promise 6: an event stands or falls with the transaction that caused it', async () => {
  await subscribe([...eventTypes]);
  const client = await db.database.connect();
  await client.query('begin');
  await client.query(`select checkout.emit_event('stock.low', 'a-drop', 'shoe', '{}')`);
  await client.query('rollback');
  client.release();
  expect(await states()).toEqual([]);
  expect(await sql(`select 1 from graphile_worker.jobs where task_identifier = 'deliver_event'`)).toEqual([]);
  await emit();
  expect(await states()).toEqual([{ status: 'pending', tries: 0, error: null }]);
  expect(
    await sql(`select 1 from graphile_worker.jobs where task_identifier = 'deliver_event'`),
  ).toHaveLength(1);
});

test('promise 6: an event that was written earlier and committed later than one that has been told is told all the same', async () => {
  await subscribe(['stock.low', 'stock.changed']);
  const client = await db.database.connect();
  try {
    await client.query('begin');
    await client.query(`select checkout.emit_event('stock.changed', 'a-drop', 'shoe', '{}')`);
    // While that transaction is open the target is told of others.
    await emit('a-drop', 'stock.low');
    await deliverAll();
    expect(bodies().map(({ type }) => type)).toEqual(['stock.low']);
    await client.query('commit');
    await deliverAll();
    expect(bodies().map(({ type }) => type)).toEqual(['stock.low', 'stock.changed']);
  } finally {
    client.release(true);
  }
});

test('nobody is told what they did not ask for, and nothing is written when nobody asked', async () => {
  await emit();
  expect(await sql('select 1 from checkout.events')).toEqual([]);
  await subscribe(['stock.low'], ['my-drop']);
  await emit('my-drop', 'stock.changed');
  await emit('another-drop');
  await emit('my-drop');
  await deliverAll();
  expect(bodies().map(({ type }) => type)).toEqual(['stock.low']);
});

test('what fails is tried again under the same id, twelve times, then it is a dead letter; replayed it arrives', async () => {
  const target = await subscribe(['stock.low']);
  receiver.status = 500;
  await emit();
  outcomes.length = 0;
  for (let tries = 0; tries < deliveryTries + 3; tries++) {
    await sql('update checkout.event_targets set paused_until = null');
    await deliverAll();
  }
  expect(receiver.requests).toHaveLength(deliveryTries);
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await states()).toEqual([{ status: 'dead', tries: 12, error: 'answered 500' }]);
  expect(outcomes).toEqual([...Array(deliveryTries - 1).fill('failed'), 'dead']);
  expect(await events.listDeliveries(target, 'dead', 10)).toMatchObject([{ type: 'stock.low', tries: 12 }]);
  receiver.status = 200;
  expect(await events.replay(target, undefined)).toBe(1);
  await sql('update checkout.event_targets set paused_until = null');
  await deliverAll();
  expect(await states()).toEqual([{ status: 'delivered', tries: 1, error: null }]);
  expect((await events.find(target))?.failures).toBe(0);
});

test('a failed try leaves a job for the next one, later each time', async () => {
  await subscribe(['stock.low']);
  receiver.status = 503;
  await emit();
  const waits: number[] = [];
  for (let tries = 0; tries < 3; tries++) {
    await deliverAll();
    const [job] = await sql(
      `select extract(epoch from run_at - now())::float8 as seconds from graphile_worker.jobs where task_identifier = 'deliver_event'`,
    );
    waits.push(job?.seconds);
  }
  expect(waits[0]).toBeLessThan(7);
  expect(waits[1]).toBeGreaterThan(15);
  expect(waits[2]).toBeGreaterThan(60);
});

test('after five failures in a row a target is left alone; then one delivery tries it, and all follow when it is well', async () => {
  const target = await subscribe(['stock.low']);
  receiver.status = 500;
  for (let at = 0; at < 8; at++) await emit();
  await deliverAll();
  expect(receiver.requests).toHaveLength(5);
  expect(await events.find(target)).toMatchObject({ failures: 5, pausedUntil: expect.any(Date) });
  await deliverAll();
  expect(receiver.requests).toHaveLength(5);

  // The pause is over. While one tries, the others do not: whoever comes meanwhile finds it taken.
  await sql('update checkout.event_targets set paused_until = now()');
  const [first, ...others] = await sql(
    `select event_id as "eventId", target_id as "targetId" from checkout.event_deliveries where status = 'pending'`,
  );
  const asked: string[] = [];
  const tryOthers: OutboxConsumer = {
    async take(event) {
      asked.push(event.id);
      if (asked.length === 1)
        for (const other of others) await deliverEvent(other, { events, consumers: slow });
      return { status: 'failed', reason: 'still ill' };
    },
  };
  const slow = { webhook: tryOthers, outbox: tryOthers };
  await deliverEvent(first, { events, consumers: slow });
  expect(asked).toEqual([first.eventId]);
  receiver.status = 200;
  await sql('update checkout.event_targets set paused_until = now()');
  await deliverAll();
  await deliverAll();
  expect((await states()).every(({ status }) => status === 'delivered')).toBe(true);
  expect(await events.find(target)).toMatchObject({ failures: 0, pausedUntil: null });
});

test('one bad target costs the others nothing', async () => {
  await subscribe(['stock.low'], null, 'http://127.0.0.1:1/');
  await subscribe(['stock.low']);
  await emit();
  await deliverAll();
  expect(receiver.requests).toHaveLength(1);
  expect((await states()).map(({ status }) => status).sort()).toEqual(['delivered', 'pending']);
});

test('an address that answers 410 is told nothing more; enabled again, what it missed can be replayed', async () => {
  const target = await subscribe(['stock.low']);
  receiver.status = 410;
  await emit();
  await emit();
  await deliverAll();
  expect(receiver.requests).toHaveLength(1);
  expect(await events.find(target)).toMatchObject({
    enabled: false,
    disabledReason: 'answered 410',
    dead: 2,
  });
  receiver.status = 200;
  await events.changeWebhook(target, { enabled: true });
  expect(await events.replay(target, undefined)).toBe(2);
  await deliverAll();
  expect((await states()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
});

test('an address that has come to lead inside is not reached', async () => {
  await subscribe(['stock.low']);
  await emit();
  const [row] = await sql(
    'select event_id as "eventId", target_id as "targetId" from checkout.event_deliveries',
  );
  const strict = { ...consumers, webhook: createWebhookConsumer(createAddressGuard()) };
  await deliverEvent(row, { events, consumers: strict });
  expect(receiver.requests).toEqual([]);
  expect(await states()).toMatchObject([
    { status: 'pending', tries: 1, error: expect.stringContaining('https://') },
  ]);
});

test('for a day after a new secret both sign', async () => {
  const target = await subscribe(['stock.low']);
  await events.rotateSecret(target, 'whsec_bmV3ZXI=');
  await emit();
  await deliverAll();
  const [{ body, headers } = { body: '', headers: {} }] = receiver.requests;
  for (const one of [secret, 'whsec_bmV3ZXI=']) expect(new Webhook(one).verify(body, headers)).toBeTruthy();
  await sql(`update checkout.event_targets set rotated_at = now() - interval '25 hours'`);
  await emit();
  await deliverAll();
  const [, second = { body: '', headers: {} }] = receiver.requests;
  expect(() => new Webhook(secret).verify(second.body, second.headers)).toThrow();
});

test('the installation’s own event bus gets CloudEvents', async () => {
  await events.putOutbox(receiver.url, eventTypes);
  await events.putOutbox(receiver.url, eventTypes);
  await emit();
  await deliverAll();
  expect(receiver.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer a-token',
    'content-type': 'application/cloudevents+json; charset=utf-8',
  });
  expect(bodies()).toEqual([
    {
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'sluice.stock.low',
      source: '/drops/a-drop',
      subject: 'shoe',
      time: expect.stringMatching(/Z$/),
      datacontenttype: 'application/json',
      data: { sku: 'shoe' },
    },
  ]);
  await events.putOutbox(undefined, eventTypes);
  await emit();
  expect(await states()).toHaveLength(1);
});

test('stock is told at most once a second a SKU however often it moves; low and sold out once each', async () => {
  await subscribe(['stock.changed', 'stock.low', 'drop.sold_out']);
  const { drop, holder, till } = await (async () => {
    const hold = await holdIn(db.database, { shoe: 1 }, { stock: 20, perShopperLimit: 20 });
    return { ...hold, till: createTill(db.database, createSandboxProvider(db.connect(), 'c2VjcmV0')) };
  })();
  const told = async () => {
    await deliverAll();
    const mine = bodies().filter(({ data }) => data.drop === drop);
    receiver.requests.length = 0;
    return mine.map(({ type, data }) => [type, data.available ?? data.sold]);
  };
  const take = (key: string, quantity: number) =>
    till.reservations.reserve(holder, key, [{ sku: 'shoe', quantity }]);
  await events.emitStock(1);
  expect(await told()).toEqual([['stock.changed', 19]]);
  for (let at = 0; at < 5; at++) {
    await take(`many ${at}`, 2);
    await events.emitStock(3600);
  }
  expect(await told()).toEqual([]);
  await Promise.all([events.emitStock(0), createEventStore(db.connect(), vault).emitStock(0)]);
  expect(await told()).toEqual([['stock.changed', 9]]);
  await take('low', 7);
  await events.emitStock(0);
  await take('lower', 1);
  await events.emitStock(0);
  expect(await told()).toEqual([
    ['stock.changed', 2],
    ['stock.low', 2],
    ['stock.changed', 1],
  ]);
  const last = await take('last', 1);
  await events.emitStock(0);
  // Nothing is left, but all of it is held: it may come back.
  expect(await told()).toEqual([['stock.changed', 0]]);
  await sql(
    `update checkout.reservations set expires_at = now() + interval '1 hour' where drop_id = $1`,
    drop,
  );
  for (const { id } of await sql(
    `select id from checkout.reservations where drop_id = $1 and status = 'held'`,
    drop,
  ))
    await till.payments.pay(holder, id, 'sandbox:ok');
  expect(last.verdict).toBe('reserved');
  await events.emitStock(0);
  await events.emitStock(0);
  expect(await told()).toEqual([['drop.sold_out', 20]]);
});

test('one instance at a time tells of stock; another one has nothing to do meanwhile, and does not wait', async () => {
  await subscribe(['stock.changed']);
  const { drop } = await holdIn(db.database);
  const client = await db.database.connect();
  await client.query('begin');
  await client.query('select checkout.emit_stock_events(0)');
  expect(await events.emitStock(0)).toBe(0);
  await client.query('commit');
  client.release();
  expect(await events.emitStock(0)).toBe(0);
  await deliverAll();
  expect(bodies().filter(({ data }) => data.drop === drop)).toHaveLength(1);
});

test('what is older than it is kept is forgotten', async () => {
  await subscribe(['stock.low']);
  await emit();
  await sql(`update checkout.events set at = now() - interval '31 days'`);
  await emit();
  await events.purge(30);
  expect(await sql('select 1 from checkout.events')).toHaveLength(1);
  expect(await states()).toHaveLength(1);
});

const kept = async () => {
  const rows = await sql(
    'select secret, previous_secret as "previous" from checkout.event_targets order by id',
  );
  return rows.flatMap((row) => [row.secret, row.previous]).filter((text) => text !== null) as string[];
};
const signed = (at = -1) => {
  const { body, headers } = receiver.requests.at(at) ?? { body: '', headers: {} };
  return new Webhook(secret).verify(body, headers);
};

test('3.12: a secret is nowhere in the database but sealed, and its sealed form opens in its own row only', async () => {
  const [first, second] = [await subscribe(['stock.low']), await subscribe(['stock.low'])];
  await events.rotateSecret(first, 'whsec_b3RoZXI=');
  expect(await kept()).toEqual(Array(3).fill(expect.stringMatching(/^sealed:k1:[A-Za-z0-9_-]{50,}$/)));
  const rows = await sql('select e::text as text from checkout.event_targets e');
  for (const { text } of rows) expect(text).not.toMatch(/whsec|c2VjcmV0|b3RoZXI/);
  await sql('delete from checkout.event_targets where id = $1', first);
  const [sealed = ''] = await kept();
  expect(vault.open(second, sealed)).toBe(secret);
  expect(() => vault.open(first, sealed)).toThrow();
  expect(() => vault.open(second, `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`)).toThrow();
});

test('3.12: a key is replaced by putting a new one in front; what stood in clear is sealed at the same time', async () => {
  const id = await subscribe(['stock.low']);
  const clear = await subscribe(['stock.changed']);
  await sql('update checkout.event_targets set secret = $2 where id = $1', clear, secret);
  const both = createEventStore(db.database, createSecretVault(`${keyOf('k2')}, ${keyOf('k1')}`));
  expect([await both.resealSecrets(), await both.resealSecrets()]).toEqual([2, 0]);
  expect(await kept()).toEqual(Array(2).fill(expect.stringMatching(/^sealed:k2:/)));
  const next = createSecretVault(keyOf('k2'));
  for (const [at, owner] of [id, clear].sort().entries())
    expect(next.open(owner, (await kept())[at] ?? '')).toBe(secret);
});

test('3.12: without its key a delivery fails and is tried again, and arrives when the key is there', async () => {
  await subscribe(['stock.low']);
  await emit();
  const [delivery] = await sql(
    'select event_id as "eventId", target_id as "targetId" from checkout.event_deliveries',
  );
  const elsewhere = createEventStore(db.database, createSecretVault(keyOf('k9')));
  await deliverEvent(delivery, { events: elsewhere, consumers });
  expect(receiver.requests).toEqual([]);
  expect(await states()).toEqual([
    { status: 'pending', tries: 1, error: expect.stringContaining('there is no key "k1"') },
  ]);
  await deliverAll();
  expect(await states()).toMatchObject([{ status: 'delivered' }]);
  expect(signed()).toBeTruthy();
});
