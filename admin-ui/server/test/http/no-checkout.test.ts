import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  anyPlan,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
let alone: { url: string };
beforeAll(async () => {
  admin = await startTestControlPlane();
  alone = await admin.another({ CHECKOUT_INTERNAL_URL: '', INSTANCE_ID: 'alone' });
});
afterAll(() => admin?.close());

const NOBODY = '00000000-0000-4000-8000-000000000000';

const call = (method: string, path: string, body?: unknown) =>
  send(alone.url, method, `/api/v1${path}`, { body, headers: { authorization: `Bearer ${OPERATOR_KEY}` } });

test("where the checkout is someone else's, drops are planned, steered and reported, and nobody has to be told", async () => {
  const { id, ...plan } = anyPlan();
  expect(await call('POST', '/drops', { ...plan, id })).toMatchObject({
    status: 201,
    body: { room: { status: 'done' }, checkout: { status: 'none' } },
  });
  expect((await call('PATCH', `/drops/${id}/admission`, { ratePerMinute: 90 })).status).toBe(200);
  expect((await call('GET', `/drops/${id}/report`)).body).toMatchObject({ products: null, unitsSold: null });
});

test('what only the checkout can do is refused, and says why', async () => {
  const { id, ...plan } = anyPlan();
  await call('POST', '/drops', { ...plan, id });
  for (const [method, path, body] of [
    ['GET', `/drops/${id}/stock`, undefined],
    ['POST', `/drops/${id}/stock`, { sku: 'low-41', delta: 1, reason: 'a pallet' }],
    ['GET', '/orders', undefined],
    ['GET', '/orders/export', undefined],
    ['GET', `/orders/${NOBODY}`, undefined],
    ['GET', '/webhooks', undefined],
    ['POST', '/webhooks', { url: 'https://shop.example', types: ['order.paid'] }],
    ['GET', '/dead-jobs', undefined],
    ['POST', `/drops/${id}/look-up`, { order: NOBODY }],
    ['POST', `/drops/${id}/revocations`, { numbers: ['a'.repeat(43)], reason: 'x', confirm: true }],
  ] as const)
    expect(await call(method, path, body), path).toMatchObject({
      status: 409,
      body: {
        type: expect.stringMatching(/\/no-checkout$/),
        detail: expect.stringContaining('CHECKOUT_INTERNAL_URL'),
      },
    });
});
