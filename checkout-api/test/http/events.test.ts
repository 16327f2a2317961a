import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/checkout-database.ts';
import { send, serviceToken, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

let checkout: TestCheckout;
let receiver: Receiver;
let bus: Receiver;
beforeAll(async () => {
  [receiver, bus] = [await startReceiver(), await startReceiver()];
  checkout = await startTestCheckout({
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8, ::1/128',
    OUTBOX_URL: bus.url,
  });
});
afterAll(async () => {
  await checkout.close();
  await Promise.all([receiver.close(), bus.close()]);
});

const internal = (method: string, path: string, body?: unknown, token = serviceToken) =>
  send(checkout.internalUrl, method, `/internal/v1${path}`, {
    body,
    headers: { authorization: `Bearer ${token}` },
  });
const nobody = '0190a7c0-0000-7000-8000-000000000000';

test('an address is told of a paid order and of the stock, and so is the event bus; dead letters are replayed', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const types = ['order.paid', 'stock.changed'];
  const made = await internal('POST', '/webhooks', { url: receiver.url, types, drops: [drop] });
  expect(made).toMatchObject({
    status: 201,
    body: { types, drops: [drop], enabled: true, dead: 0, secret: expect.stringMatching(/^whsec_/) },
  });
  const { id, secret } = made.body;

  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  await shopper.call('POST', `/v1/reservations/${body.id}/payment`, { method: 'sandbox:ok' });
  const told = (type: string) => receiver.requests.find((one) => JSON.parse(one.body).type === type);
  await expect.poll(() => told('order.paid') && told('stock.changed')).toBeTruthy();
  const paid = told('order.paid');
  expect(new Webhook(secret).verify(paid?.body ?? '', paid?.headers ?? {})).toMatchObject({
    type: 'order.paid',
    data: { drop, status: 'paid' },
  });
  await expect
    .poll(() => bus.requests.map((one) => JSON.parse(one.body).type))
    .toContain('sluice.order.paid');

  await checkout.db.database.query(
    `update checkout.event_deliveries set status = 'dead' where target_id = $1`,
    [id],
  );
  const dead = await internal('GET', `/webhooks/${id}/deliveries`);
  expect(dead.body.deliveries.length).toBeGreaterThanOrEqual(2);
  const { eventId } = dead.body.deliveries.find((one: { type: string }) => one.type === 'order.paid');
  receiver.requests.length = 0;
  expect(await internal('POST', `/webhooks/${id}/replay`, { events: [eventId] })).toMatchObject({
    status: 202,
    body: { replayed: 1 },
  });
  await expect.poll(() => receiver.requests.map(({ headers }) => headers['webhook-id'])).toContain(eventId);
  expect((await internal('DELETE', `/webhooks/${id}`)).status).toBe(204);
  expect((await internal('GET', '/webhooks')).body.webhooks).toEqual([
    expect.objectContaining({ kind: 'outbox' }),
  ]);
}, 60_000);

test('the secret is shown when it is made, and never again', async () => {
  const { body } = await internal('POST', '/webhooks', { url: receiver.url, types: ['drop.sold_out'] });
  expect((await internal('GET', '/webhooks')).text).not.toContain(body.secret);
  const rotated = await internal('POST', `/webhooks/${body.id}/secret`);
  expect(rotated.body.secret).not.toBe(body.secret);
  const changed = await internal('PATCH', `/webhooks/${body.id}`, { enabled: false, types: ['stock.low'] });
  expect(changed).toMatchObject({ status: 200, body: { enabled: false, types: ['stock.low'] } });
  await internal('DELETE', `/webhooks/${body.id}`);
});

test('promise 8: an address that leads inside, a type nobody knows, an id nobody has: named', async () => {
  const types = ['order.paid'];
  const bad: [unknown, RegExp][] = [
    [{ url: 'http://10.0.0.1/', types }, /url/],
    [{ url: 'https://169.254.169.254/latest', types }, /public/],
    [{ url: 'https://[::ffff:10.0.0.1]/', types }, /public/],
    [{ url: 'ftp://shop.example', types }, /https/],
    [{ url: 'https://a:b@shop.example', types }, /credentials/],
    [{ url: 'nonsense', types }, /url/],
    [{ url: 'https://shop.example', types: [] }, /types/],
    [{ url: 'https://shop.example', types: ['order.lost'] }, /types/],
    [{ url: 'https://shop.example', types: ['order.paid', 'order.paid'] }, /types/],
    [{ url: 'https://shop.example', types, drops: ['Not A Drop'] }, /drops/],
    [{ url: 'https://shop.example', types, secret: 'mine' }, /secret/],
    [{ types }, /url/],
  ];
  for (const [body, named] of bad) {
    const answer = await internal('POST', '/webhooks', body);
    expect([answer.status, answer.text], JSON.stringify(body)).toEqual([400, expect.stringMatching(named)]);
  }
  for (const [method, path, body] of [
    ['PATCH', `/webhooks/${nobody}`, { enabled: true }],
    ['DELETE', `/webhooks/${nobody}`, undefined],
    ['POST', `/webhooks/${nobody}/secret`, undefined],
    ['POST', `/webhooks/${nobody}/replay`, {}],
    ['GET', `/webhooks/${nobody}/deliveries`, undefined],
    ['POST', '/jobs/dead/1234567/replay', undefined],
  ] as const)
    expect((await internal(method, path, body)).status, path).toBe(404);
  expect((await internal('PATCH', `/webhooks/${nobody}`, {})).status).toBe(400);
  expect((await internal('GET', `/webhooks/${nobody}/deliveries?status=lost`)).status).toBe(400);
  expect((await internal('POST', '/jobs/dead/x/replay')).status).toBe(400);
  expect((await internal('GET', '/jobs/dead')).body).toEqual({ jobs: [] });
  for (const path of ['/webhooks', '/jobs/dead'])
    expect((await internal('GET', path, undefined, 'x')).status).toBe(401);
});
