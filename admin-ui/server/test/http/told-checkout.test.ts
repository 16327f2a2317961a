/** What the checkout is told by two instances at once, on roads of different length. */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningControlPlane } from '../../src/start.ts';
import {
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { type HttpRelay, startHttpRelay } from '../support/http-relay.ts';

let admin: TestControlPlane;
let relay: HttpRelay;
/** An instance whose way to the checkout leads over the relay. */
let far: RunningControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
  relay = await startHttpRelay(admin.roads.checkout.url);
  far = await admin.another({ CHECKOUT_INTERNAL_URL: relay.url, INSTANCE_ID: 'far' });
});
afterAll(async () => {
  await admin?.close();
  await relay?.close();
});

const atFar = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(far.url, method, path, { body, headers: { authorization: `Bearer ${OPERATOR_KEY}`, ...headers } });

async function limitInCheckout(drop: string): Promise<number> {
  const { rows } = await admin.database.query(
    'select per_shopper_limit as n from checkout.drops where drop_id = $1',
    [drop],
  );
  return rows[0]?.n;
}

test.each([false, true])(
  'an older plan that comes to the checkout last does not stay there (its answer lost: %s)',
  async (isAnswerLost) => {
    const { id } = (await admin.createDrop()).body;
    const path = `/api/v1/drops/${id}`;
    await waitUntil(() => limitInCheckout(id));
    let goOn = () => {};
    const come = relay.meet('PUT', {
      isAnswerLost,
      until: new Promise<void>((resolve) => {
        goOn = resolve;
      }),
    });
    const older = atFar('PATCH', path, { perShopperLimit: 3 });
    await come;
    const newer = await admin.call('PATCH', path, { perShopperLimit: 4 });
    expect(newer).toMatchObject({ status: 200, body: { perShopperLimit: 4 } });
    goOn();
    expect((await older).status).toBe(200);
    await waitUntil(
      async () => {
        const { checkout } = (await admin.call('GET', path)).body;
        return checkout.status === 'done' && (await limitInCheckout(id)) === 4;
      },
      { everyMs: 100, what: 'the newest plan in the checkout' },
    );
  },
);

test('3.6: a movement whose answer was lost when it was asked for again is still one that can be undone', async () => {
  const { id } = (await admin.createDrop()).body;
  const path = `/api/v1/drops/${id}/stock`;
  const movement = { sku: 'low-41', delta: 5, reason: 'delivery' };
  const headers = { 'idempotency-key': 'delivery-7' };
  const stock = async () => {
    const answer = await admin.call('GET', path);
    return answer.status === 200 ? answer.body.products[0].available : undefined;
  };
  await waitUntil(stock, { everyMs: 100 });
  expect((await admin.call('POST', path, movement, headers)).status).toBe(201);
  const come = relay.meet('POST', { isAnswerLost: true });
  const again = atFar('POST', path, movement, headers);
  await come;
  expect((await again).status).toBe(201);
  const undo = () => admin.call('POST', `/api/v1/drops/${id}/undo`);
  expect((await undo()).status).toBe(200);
  expect(await undo()).toMatchObject({ status: 409 });
  expect(await stock()).toBe(60);
});
