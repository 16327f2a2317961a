import { expect, test } from 'vitest';
import { deliveryTries } from '../../src/domain/events.ts';
import { createAddressGuard } from '../../src/outbox/address-guard.ts';
import type { OutboxConsumer } from '../../src/outbox/consumer.ts';
import { deliverEvent } from '../../src/outbox/deliver.ts';
import { createWebhookConsumer } from '../../src/outbox/webhook.ts';
import { consumers, useTelling } from '../support/telling.ts';

const telling = useTelling();

test('what fails is tried again under the same id, twelve times, then it is a dead letter; replayed it arrives', async () => {
  const target = await telling.subscribe(['stock.low']);
  telling.receiver.status = 500;
  await telling.emit();
  const outcomes: string[] = [];
  for (let tries = 0; tries < deliveryTries + 3; tries++) {
    await telling.sql('update checkout.event_targets set paused_until = null');
    await telling.deliverAll((outcome) => outcomes.push(outcome));
  }
  expect(telling.receiver.requests).toHaveLength(deliveryTries);
  expect(new Set(telling.receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await telling.states()).toEqual([{ status: 'dead', tries: 12, error: 'answered 500' }]);
  expect(outcomes).toEqual([...Array(deliveryTries - 1).fill('failed'), 'dead']);
  expect(await telling.events.listDeliveries(target, 'dead', 10)).toMatchObject([
    { type: 'stock.low', tries: 12 },
  ]);
  telling.receiver.status = 200;
  expect(await telling.events.replay(target, undefined)).toBe(1);
  await telling.sql('update checkout.event_targets set paused_until = null');
  await telling.deliverAll();
  expect(await telling.states()).toEqual([{ status: 'delivered', tries: 1, error: null }]);
  expect((await telling.events.find(target))?.failures).toBe(0);
});

test('a failed try leaves a job for the next one, later each time', async () => {
  await telling.subscribe(['stock.low']);
  telling.receiver.status = 503;
  await telling.emit();
  const waits: number[] = [];
  for (let tries = 0; tries < 3; tries++) {
    await telling.deliverAll();
    const [job] = await telling.sql(
      `select extract(epoch from run_at - now())::float8 as seconds from graphile_worker.jobs where task_identifier = 'deliver_event'`,
    );
    waits.push(job?.seconds);
  }
  // 5, 30 and 120 s give or take a fifth, less what the machine took until it looked.
  expect(waits[0]).toBeLessThan(7);
  expect(waits[1]).toBeGreaterThan(7);
  expect(waits[2]).toBeGreaterThan(60);
});

test('after five failures in a row a target is left alone; then one delivery tries it, and all follow when it is well', async () => {
  const target = await telling.subscribe(['stock.low']);
  telling.receiver.status = 500;
  for (let at = 0; at < 8; at++) await telling.emit();
  await telling.deliverAll();
  expect(telling.receiver.requests).toHaveLength(5);
  expect(await telling.events.find(target)).toMatchObject({ failures: 5, pausedUntil: expect.any(Date) });
  await telling.deliverAll();
  expect(telling.receiver.requests).toHaveLength(5);

  // The pause is over. While one tries, the others do not: whoever comes meanwhile finds it taken.
  await telling.sql('update checkout.event_targets set paused_until = now()');
  const [first, ...others] = await telling.sql(
    `select event_id as "eventId", target_id as "targetId" from checkout.event_deliveries where status = 'pending'`,
  );
  const asked: string[] = [];
  const tryOthers: OutboxConsumer = {
    async take(event) {
      asked.push(event.id);
      if (asked.length === 1)
        for (const other of others) await deliverEvent(other, { events: telling.events, consumers: slow });
      return { status: 'failed', reason: 'still ill' };
    },
  };
  const slow = { webhook: tryOthers, outbox: tryOthers };
  await deliverEvent(first, { events: telling.events, consumers: slow });
  expect(asked).toEqual([first.eventId]);
  telling.receiver.status = 200;
  await telling.sql('update checkout.event_targets set paused_until = now()');
  await telling.deliverAll();
  await telling.deliverAll();
  expect((await telling.states()).every(({ status }) => status === 'delivered')).toBe(true);
  expect(await telling.events.find(target)).toMatchObject({ failures: 0, pausedUntil: null });
});

test('one bad target costs the others nothing', async () => {
  await telling.subscribe(['stock.low'], null, 'http://127.0.0.1:1/');
  await telling.subscribe(['stock.low']);
  await telling.emit();
  await telling.deliverAll();
  expect(telling.receiver.requests).toHaveLength(1);
  expect((await telling.states()).map(({ status }) => status).sort()).toEqual(['delivered', 'pending']);
});

test('an address that answers 410 is told nothing more; enabled again, what it missed can be replayed', async () => {
  const target = await telling.subscribe(['stock.low']);
  telling.receiver.status = 410;
  await telling.emit();
  await telling.emit();
  await telling.deliverAll();
  expect(telling.receiver.requests).toHaveLength(1);
  expect(await telling.events.find(target)).toMatchObject({
    enabled: false,
    disabledReason: 'answered 410',
    dead: 2,
  });
  telling.receiver.status = 200;
  await telling.events.changeWebhook(target, { enabled: true });
  expect(await telling.events.replay(target, undefined)).toBe(2);
  await telling.deliverAll();
  expect((await telling.states()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
});

test('an address that has come to lead inside is not reached', async () => {
  await telling.subscribe(['stock.low']);
  await telling.emit();
  const [row] = await telling.sql(
    'select event_id as "eventId", target_id as "targetId" from checkout.event_deliveries',
  );
  const strict = { ...consumers, webhook: createWebhookConsumer(createAddressGuard()) };
  await deliverEvent(row, { events: telling.events, consumers: strict });
  expect(telling.receiver.requests).toEqual([]);
  expect(await telling.states()).toMatchObject([
    { status: 'pending', tries: 1, error: expect.stringContaining('https://') },
  ]);
});
