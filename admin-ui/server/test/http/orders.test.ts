import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { placeReference } from '../../src/domain/place-reference.ts';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { type Person, startPerson } from '../support/people.ts';

let admin: TestControlPlane;
let mara: Person;
beforeAll(async () => {
  admin = await startTestControlPlane();
  mara = await startPerson(admin, 'merchant');
});
afterEach(() => admin.roads.checkout.restore());
afterAll(() => admin?.close());

const NOBODY = '00000000-0000-4000-8000-000000000000';
const reason = 'the shopper asked';
const key = (name: string) => ({ 'idempotency-key': name });
const PATIENCE = { timeoutMs: 30_000, everyMs: 200 };

async function openDrop(): Promise<string> {
  const { body } = await admin.createDrop();
  return body.id;
}
const found = async (query: string, as: Pick<Person, 'call'> = mara) => {
  const { status, body, text } = await as.call('GET', `/api/v1/orders?${query}`);
  expect(status, text).toBe(200);
  return body.orders.map(({ id }: { id: string }) => id);
};
const entries = async (drop: string) => (await admin.call('GET', `/api/v1/drops/${drop}/acts`)).body.entries;

test('an order is found by order, ticket, typed reference, customer, drop, state and time', async () => {
  const drop = await openDrop();
  const ada = await admin.buy({ drop, customer: `ada-${drop}` });
  const other = await admin.buy({ drop });
  const reference = placeReference(ada.number);
  expect(await found(`order=${ada.id}`)).toEqual([ada.id]);
  expect(await found(`number=${ada.number}`)).toEqual([ada.id]);
  expect(await found(`drop=${drop}&reference=${reference.toLowerCase().replace('-', '')}`)).toEqual([ada.id]);
  expect(await found(`customer=ada-${drop}`)).toEqual([ada.id]);
  expect(await found(`drop=${drop}&limit=1`)).toEqual([other.id]);
  expect(await found(`drop=${drop}&after=${other.id}`)).toEqual([ada.id]);
  expect(await found(`drop=${drop}&state=refunded`)).toEqual([]);
  expect(await found(`drop=${drop}&to=2020-01-01T00:00:00Z`)).toEqual([]);
  const { body } = await mara.call('GET', `/api/v1/orders/${ada.id}`);
  expect(body).toMatchObject({
    order: { id: ada.id, drop, reference, customer: `ada-${drop}`, amountMinor: 12_900 },
    ticket: { holds: [{ status: 'paid', payments: [{ status: 'captured' }] }] },
    events: [],
  });
});

test('a refund is asked about, happens once under its key, and the audit log says who and why', async () => {
  const drop = await openDrop();
  const { id } = await admin.buy({ drop, quantity: 2 });
  const path = `/api/v1/orders/${id}/refunds`;
  const part = { reason, amountMinor: 12_900, returnToSale: [{ sku: 'low-41', quantity: 1 }] };
  expect(await mara.call('POST', path, part, key('a'))).toMatchObject({
    status: 409,
    body: {
      type: expect.stringMatching(/confirmation-required$/),
      dangers: [expect.stringContaining('€129.00'), expect.any(String)],
    },
  });
  const first = await mara.call('POST', path, { ...part, confirm: true }, key('a'));
  expect(first).toMatchObject({
    status: 202,
    body: { kind: 'refund', amountMinor: 12_900, actor: mara.email },
  });
  const again = await mara.call('POST', path, { ...part, confirm: true }, key('a'));
  expect(again.body.id).toBe(first.body.id);
  expect(await mara.call('POST', path, { ...part, amountMinor: 1, confirm: true }, key('a'))).toMatchObject({
    status: 422,
    body: { type: expect.stringMatching(/idempotency-key-reused$/) },
  });
  expect(
    await mara.call('POST', path, { reason, amountMinor: 12_901, confirm: true }, key('b')),
  ).toMatchObject({
    status: 409,
    body: { type: expect.stringMatching(/refund-too-large$/), leftMinor: 12_900 },
  });
  const wrong = { reason, returnToSale: [{ sku: 'hat', quantity: 1 }], confirm: true };
  expect(await mara.call('POST', path, wrong, key('c'))).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'body.returnToSale' }] },
  });
  await waitUntil(
    async () => (await mara.call('GET', `/api/v1/orders/${id}`)).body.order.status === 'partially_refunded',
    PATIENCE,
  );
  const told = (await entries(drop)).filter(({ act }: { act: string }) => act === 'order.refund');
  expect(told.at(-1)).toMatchObject({
    actor: mara.email,
    reason,
    after: { order: id, outcome: 'asked', amountMinor: 12_900 },
  });
  expect(told.at(-2)).toMatchObject({ after: { outcome: 'done', refund: first.body.id } });
  expect(told.map(({ after }: { after: { refusal?: string } }) => after.refusal)).toEqual(
    expect.arrayContaining(['idempotency-key-reused', 'refund-too-large', 'invalid-request']),
  );
}, 60_000);

test('an order is called off before it has left, and sent, but not both', async () => {
  const drop = await openDrop();
  const [one, other] = [await admin.buy({ drop }), await admin.buy({ drop })];
  const off = { reason, confirm: true };
  expect(
    (await mara.call('POST', `/api/v1/orders/${one.id}/cancellation`, { reason }, key('c'))).status,
  ).toBe(409);
  expect(await mara.call('POST', `/api/v1/orders/${one.id}/cancellation`, off, key('c'))).toMatchObject({
    status: 202,
    body: { kind: 'cancellation' },
  });
  expect(await mara.call('POST', `/api/v1/orders/${other.id}/fulfilment`, {})).toMatchObject({
    status: 200,
    body: { status: 'fulfilled', fulfilledAt: expect.any(String) },
  });
  expect(await mara.call('POST', `/api/v1/orders/${other.id}/cancellation`, off, key('d'))).toMatchObject({
    status: 409,
    body: { type: expect.stringMatching(/order-state$/), state: 'fulfilled' },
  });
  const acts = (await entries(drop)).map(({ act }: { act: string }) => act);
  expect(acts).toEqual(expect.arrayContaining(['order.cancel', 'order.fulfil']));
});

test('whoever is limited to some drops finds, reads, changes and takes away orders of those alone', async () => {
  const [own, other] = [await openDrop(), await openDrop()];
  const [mine, theirs] = [await admin.buy({ drop: own }), await admin.buy({ drop: other })];
  const limited = await startPerson(admin, 'merchant', { drops: [own] });
  expect(await found('', limited)).toEqual([mine.id]);
  expect(await found(`order=${theirs.id}`, limited)).toEqual([]);
  expect(await found(`drop=${other}`, limited)).toEqual([]);
  const off = { reason, confirm: true };
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['POST', '/refunds', off],
    ['POST', '/cancellation', off],
    ['POST', '/fulfilment', {}],
  ] as const)
    expect(await limited.call(method, `/api/v1/orders/${theirs.id}${path}`, body, key('k'))).toMatchObject({
      status: 404,
      body: { type: expect.stringMatching(/no-such-order$/) },
    });
  const taken = await limited.call('GET', '/api/v1/orders/export?format=jsonl');
  expect(
    taken.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual([mine.id]);
  expect((await mara.call('GET', `/api/v1/orders/${theirs.id}`)).body.order.status).toBe('paid');
});

test('orders are taken away whole, page by page, as CSV and JSON Lines, and that is in the audit log', async () => {
  const drop = await openDrop();
  const { id } = await admin.buy({ drop, customer: '=cmd()' });
  // More than one page of the checkout: copies of an order, which nobody has to pay for one by one.
  await admin.database.query(
    `with made as (
       insert into checkout.reservations (id, drop_id, jti, session_id, shopper, idempotency_key, status, skus, quantities, unit_prices_minor, units,
           amount_minor, currency, created_at, promised_until, expires_at, finished_at)
         select gen_random_uuid(), r.drop_id, r.jti, r.session_id, r.shopper, 'copy ' || n, r.status, r.skus, r.quantities, r.unit_prices_minor, r.units,
                r.amount_minor, r.currency, r.created_at, r.promised_until, r.expires_at, r.finished_at
           from checkout.reservations r, generate_series(1, 700) n where r.drop_id = $1 returning id, drop_id, jti)
     insert into checkout.orders (drop_id, jti, reservation_id, amount_minor, currency, charge_id)
       select m.drop_id, m.jti, m.id, 12900, 'EUR', m.id::text from made m`,
    [drop],
  );
  const csv = await mara.call('GET', `/api/v1/orders/export?drop=${drop}`);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(csv.headers.get('content-disposition')).toContain('orders.csv');
  const lines = csv.text.trim().split('\n');
  expect(lines).toHaveLength(702);
  expect(lines[0]).toContain('id,drop,status,createdAt');
  expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(702);
  expect(lines.find((line) => line.startsWith(id))).toContain("1 × low-41,'=cmd()");
  const json = await mara.call('GET', `/api/v1/orders/export?drop=${drop}&format=jsonl`);
  expect(json.text.trim().split('\n')).toHaveLength(701);
  expect((await entries(drop))[0]).toMatchObject({
    act: 'orders.export',
    actor: mara.email,
    after: { format: 'jsonl', drop },
  });
});

test('the checkout down: 503 with Retry-After; a look-up tells the part of the room, and says what is missing', async () => {
  const drop = await openDrop();
  const { id, number } = await admin.buy({ drop, declinedFirst: true });
  const lookUp = (given: object) => mara.call('POST', `/api/v1/drops/${drop}/look-up`, given);
  const story = await lookUp({ order: id });
  expect(story.body).toMatchObject({ checkout: 'told', tickets: [{ number, standing: 'unknown' }] });
  expect(
    story.body.tickets[0].events.map(({ what, from }: { what: string; from: string }) => [from, what]),
  ).toEqual(
    ['session-opened', 'held', 'payment-begun', 'payment-declined', 'payment-begun', 'bought'].map((what) => [
      'checkout',
      what,
    ]),
  );
  expect((await lookUp({ reference: placeReference(number) })).body.tickets[0].sales.holds).toHaveLength(1);
  expect((await lookUp({ order: NOBODY })).status).toBe(404);
  expect(await mara.call('GET', `/api/v1/drops/${drop}/report`)).toMatchObject({
    body: { bought: 1, unitsSold: 1, sales: { orders: 1, buyers: 1, amountMinor: 12_900, currency: 'EUR' } },
  });

  // Somebody whom the room has seen: it alone is told of.
  await admin.redis.xadd(
    `wr:{${drop}}:log`,
    '*',
    'k',
    'grant',
    'us',
    '1700000000000000',
    'n',
    number,
    'o',
    '5',
  );
  admin.roads.checkout.cut();
  for (const [method, path, body] of [
    ['GET', '/orders', undefined],
    ['GET', '/orders/export', undefined],
    ['GET', `/orders/${id}`, undefined],
    ['POST', `/orders/${id}/refunds`, { reason, confirm: true }],
    ['POST', `/drops/${drop}/look-up`, { order: id }],
  ] as const) {
    const answer = await mara.call(method, `/api/v1${path}`, body, key('k'));
    expect(answer, path).toMatchObject({
      status: 503,
      body: { type: expect.stringMatching(/orders-unavailable$/) },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const half = await lookUp({ number });
  expect(half).toMatchObject({ status: 200, body: { checkout: 'unavailable', tickets: [{ sales: null }] } });
  expect(half.body.tickets[0].events.map(({ from }: { from: string }) => from)).toContain('room');
}, 60_000);

test('promise 8: what is wrong with a request about orders is named', async () => {
  for (const [path, field] of [
    ['?order=x', 'order'],
    ['?number=x', 'number'],
    ['?reference=nobody', 'reference'],
    ['?state=lost', 'state'],
    ['?from=yesterday', 'from'],
    ['?limit=201', 'limit'],
    [`?after=${NOBODY}`, 'after'],
    ['/export?format=pdf', 'format'],
  ] as const) {
    const answer = await mara.call('GET', `/api/v1/orders${path}`);
    expect([answer.status, answer.text], path).toEqual([400, expect.stringContaining(field)]);
  }
  const path = `/api/v1/orders/${NOBODY}`;
  expect((await mara.call('POST', `${path}/refunds`, { reason, confirm: true })).text).toContain(
    'idempotency-key',
  );
  for (const [body, field] of [
    [{ confirm: true }, 'reason'],
    [{ reason, amountMinor: 0 }, 'amountMinor'],
    [{ reason, amountMinor: 1.5 }, 'amountMinor'],
    [{ reason, returnToSale: [{ sku: 'x', quantity: 0 }] }, 'quantity'],
    [{ reason, currency: 'EUR' }, 'currency'],
  ] as const) {
    const answer = await mara.call('POST', `${path}/refunds`, body, key('k'));
    expect([answer.status, answer.text], field).toEqual([400, expect.stringContaining(field)]);
  }
  expect((await mara.call('GET', path)).status).toBe(404);
  expect((await mara.call('GET', '/api/v1/orders/x')).status).toBe(400);
});
