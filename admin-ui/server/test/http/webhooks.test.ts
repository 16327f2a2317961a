import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
let receiver: Server;
let url: string;
let told: string[] = [];
beforeAll(async () => {
  admin = await startTestControlPlane();
  receiver = createServer((request, response) => {
    told.push(String(request.headers['webhook-id']));
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  receiver?.close();
  await admin?.close();
});

const NOBODY = '00000000-0000-4000-8000-000000000000';
const PATIENCE = { timeoutMs: 30_000, everyMs: 200 };
const lastEntry = async () => (await admin.call('GET', '/api/v1/audit?limit=1')).body.entries[0];

test('an address is told of orders, its dead letters are replayed, and every act is in the audit log without a secret', async () => {
  const drop = (await admin.createDrop()).body.id;
  const types = ['order.paid'];
  const made = await admin.call('POST', '/api/v1/webhooks', {
    url,
    types,
    drops: [drop],
    reason: 'the shop',
  });
  expect(made).toMatchObject({
    status: 201,
    body: { url, types, drops: [drop], secret: expect.stringMatching(/^whsec_/) },
  });
  const { id, secret } = made.body;
  expect(await lastEntry()).toMatchObject({
    act: 'webhook.create',
    reason: 'the shop',
    after: { webhook: id },
  });
  const order = await admin.buy({ drop });
  const deliveries = (status: string) =>
    admin.call('GET', `/api/v1/webhooks/${id}/deliveries?status=${status}`);
  await waitUntil(async () => (await deliveries('delivered')).body.deliveries.length === 1, PATIENCE);
  expect((await admin.call('GET', `/api/v1/orders/${order.id}`)).body.events).toMatchObject([
    { type: 'order.paid', deliveries: [{ webhookId: id, status: 'delivered' }] },
  ]);

  await admin.database.query(`update checkout.event_deliveries set status = 'dead' where target_id = $1`, [
    id,
  ]);
  expect((await admin.call('GET', '/api/v1/webhooks')).body.webhooks).toMatchObject([{ id, dead: 1 }]);
  const [{ eventId }] = (await deliveries('dead')).body.deliveries;
  told = [];
  const replayed = await admin.call('POST', `/api/v1/webhooks/${id}/replay`, { events: [eventId] });
  expect(replayed).toMatchObject({ status: 202, body: { replayed: 1 } });
  await waitUntil(() => told.includes(eventId), PATIENCE);

  const changed = await admin.call('PATCH', `/api/v1/webhooks/${id}`, { enabled: false, reason: 'too loud' });
  expect(changed).toMatchObject({ status: 200, body: { enabled: false } });
  const rotated = await admin.call('POST', `/api/v1/webhooks/${id}/secret`, {});
  expect(rotated.body.secret).not.toBe(secret);
  expect((await admin.call('DELETE', `/api/v1/webhooks/${id}`)).status).toBe(204);
  const { text } = await admin.call('GET', '/api/v1/audit');
  for (const act of ['webhook.replay', 'webhook.change', 'webhook.rotate', 'webhook.delete'])
    expect(text).toContain(act);
  for (const one of [secret, rotated.body.secret]) expect(text).not.toContain(one);
}, 60_000);

test('promise 8: an address that leads nowhere good and an id of nobody are named', async () => {
  const types = ['order.paid'];
  for (const [body, field] of [
    [{ url: 'nonsense', types }, 'url'],
    [{ url: 'http://10.0.0.1/', types }, 'url'],
    [{ url: 'https://169.254.169.254/', types }, 'url'],
    [{ url, types: ['order.lost'] }, 'types'],
    [{ url, types: [] }, 'types'],
    [{ url, types, secret: 'mine' }, 'secret'],
    [{ types }, 'url'],
  ] as const) {
    const answer = await admin.call('POST', '/api/v1/webhooks', body);
    expect([answer.status, answer.text], JSON.stringify(body)).toEqual([400, expect.stringContaining(field)]);
  }
  for (const [method, path, body] of [
    ['PATCH', `/webhooks/${NOBODY}`, { enabled: true }],
    ['DELETE', `/webhooks/${NOBODY}`, undefined],
    ['POST', `/webhooks/${NOBODY}/secret`, {}],
    ['POST', `/webhooks/${NOBODY}/replay`, {}],
    ['GET', `/webhooks/${NOBODY}/deliveries`, undefined],
    ['POST', '/dead-jobs/123456789/replay', {}],
  ] as const)
    expect((await admin.call(method, `/api/v1${path}`, body)).status, path).toBe(404);
  expect((await admin.call('GET', '/api/v1/dead-jobs')).body).toEqual({ jobs: [] });
  expect((await admin.call('GET', `/api/v1/webhooks/${NOBODY}/deliveries?status=lost`)).status).toBe(400);
});
