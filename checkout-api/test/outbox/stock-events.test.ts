import { expect, test } from 'vitest';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { createEventStore } from '../../src/store/events.ts';
import { useTelling, vault } from '../support/telling.ts';
import { createTill, holdIn } from '../support/till.ts';

const telling = useTelling();

test('stock is told at most once a second a SKU however often it moves; low and sold out once each', async () => {
  await telling.subscribe(['stock.changed', 'stock.low', 'drop.sold_out']);
  const { drop, holder, till } = await (async () => {
    const hold = await holdIn(telling.database, { shoe: 1 }, { stock: 20, perShopperLimit: 20 });
    return {
      ...hold,
      till: createTill(telling.database, createSandboxProvider(telling.connect(), 'c2VjcmV0')),
    };
  })();
  const told = async () => {
    await telling.deliverAll();
    const mine = telling.bodies().filter(({ data }) => data.drop === drop);
    telling.receiver.requests.length = 0;
    return mine.map(({ type, data }) => [type, data.available ?? data.sold]);
  };
  const take = (key: string, quantity: number) =>
    till.reservations.reserve(holder, key, [{ sku: 'shoe', quantity }]);
  await telling.events.emitStock(1);
  expect(await told()).toEqual([['stock.changed', 19]]);
  for (let at = 0; at < 5; at++) {
    await take(`many ${at}`, 2);
    await telling.events.emitStock(3600);
  }
  expect(await told()).toEqual([]);
  await Promise.all([telling.events.emitStock(0), createEventStore(telling.connect(), vault).emitStock(0)]);
  expect(await told()).toEqual([['stock.changed', 9]]);
  await take('low', 7);
  await telling.events.emitStock(0);
  await take('lower', 1);
  await telling.events.emitStock(0);
  expect(await told()).toEqual([
    ['stock.changed', 2],
    ['stock.low', 2],
    ['stock.changed', 1],
  ]);
  const last = await take('last', 1);
  await telling.events.emitStock(0);
  // Nothing is left, but all of it is held: it may come back.
  expect(await told()).toEqual([['stock.changed', 0]]);
  await telling.sql(
    `update checkout.reservations set expires_at = now() + interval '1 hour' where drop_id = $1`,
    drop,
  );
  for (const { id } of await telling.sql(
    `select id from checkout.reservations where drop_id = $1 and status = 'held'`,
    drop,
  ))
    await till.payments.pay(holder, id, 'sandbox:ok');
  expect(last.verdict).toBe('reserved');
  await telling.events.emitStock(0);
  await telling.events.emitStock(0);
  expect(await told()).toEqual([['drop.sold_out', 20]]);
});

test('one instance at a time tells of stock; another one has nothing to do meanwhile, and does not wait', async () => {
  await telling.subscribe(['stock.changed']);
  const { drop } = await holdIn(telling.database);
  const client = await telling.database.connect();
  await client.query('begin');
  await client.query('select checkout.emit_stock_events(0)');
  expect(await telling.events.emitStock(0)).toBe(0);
  await client.query('commit');
  client.release();
  expect(await telling.events.emitStock(0)).toBe(0);
  await telling.deliverAll();
  expect(telling.bodies().filter(({ data }) => data.drop === drop)).toHaveLength(1);
});
