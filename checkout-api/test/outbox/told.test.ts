import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { eventTypes } from '../../src/domain/events.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { busToken, secret, useTelling } from '../support/telling.ts';
import { createTill, holdIn } from '../support/till.ts';

const telling = useTelling();

async function buy() {
  const till = createTill(telling.database, createSandboxProvider(telling.connect(), 'c2VjcmV0'));
  const hold = await holdIn(telling.database, { shoe: 2 });
  const paid = await till.payments.pay(hold.holder, hold.id, 'sandbox:ok');
  return { ...hold, till, orderId: (paid.verdict === 'paid' && paid.reservation.orderId) || '' };
}

test('an order that is paid and cancelled is told, signed so that the receiver can believe it, once a state', async () => {
  await telling.subscribe(['order.paid', 'order.cancelled']);
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
  await telling.deliverAll();
  expect(telling.bodies()).toEqual([
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
  for (const { body, headers } of telling.receiver.requests)
    expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
  await telling.deliverAll();
  expect(telling.receiver.requests).toHaveLength(2);
});

test('the installation’s own event bus gets CloudEvents', async () => {
  await telling.events.putOutbox(telling.receiver.url, eventTypes);
  await telling.events.putOutbox(telling.receiver.url, eventTypes);
  await telling.emit();
  await telling.deliverAll();
  expect(telling.receiver.requests[0]?.headers).toMatchObject({
    authorization: `Bearer ${busToken}`,
    'content-type': 'application/cloudevents+json; charset=utf-8',
  });
  expect(telling.bodies()).toEqual([
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
  await telling.events.putOutbox(undefined, eventTypes);
  await telling.emit();
  expect(await telling.states()).toHaveLength(1);
});
