import { expect, test } from 'vitest';
import { eventTypes } from '../../src/domain/events.ts';
import { useTelling } from '../support/telling.ts';

const telling = useTelling();

test('promise 6: an event stands or falls with the transaction that caused it', async () => {
  await telling.subscribe([...eventTypes]);
  const client = await telling.database.connect();
  await client.query('begin');
  await client.query(`select checkout.emit_event('stock.low', 'a-drop', 'shoe', '{}')`);
  await client.query('rollback');
  client.release();
  expect(await telling.states()).toEqual([]);
  expect(
    await telling.sql(`select 1 from graphile_worker.jobs where task_identifier = 'deliver_event'`),
  ).toEqual([]);
  await telling.emit();
  expect(await telling.states()).toEqual([{ status: 'pending', tries: 0, error: null }]);
  expect(
    await telling.sql(`select 1 from graphile_worker.jobs where task_identifier = 'deliver_event'`),
  ).toHaveLength(1);
});

test('promise 6: an event that was written earlier and committed later than one that has been told is told all the same', async () => {
  await telling.subscribe(['stock.low', 'stock.changed']);
  const client = await telling.database.connect();
  try {
    await client.query('begin');
    await client.query(`select checkout.emit_event('stock.changed', 'a-drop', 'shoe', '{}')`);
    // While that transaction is open the target is told of others.
    await telling.emit('a-drop', 'stock.low');
    await telling.deliverAll();
    expect(telling.bodies().map(({ type }) => type)).toEqual(['stock.low']);
    await client.query('commit');
    await telling.deliverAll();
    expect(telling.bodies().map(({ type }) => type)).toEqual(['stock.low', 'stock.changed']);
  } finally {
    client.release(true);
  }
});

test('nobody is told what they did not ask for, and nothing is written when nobody asked', async () => {
  await telling.emit();
  expect(await telling.sql('select 1 from checkout.events')).toEqual([]);
  await telling.subscribe(['stock.low'], ['my-drop']);
  await telling.emit('my-drop', 'stock.changed');
  await telling.emit('another-drop');
  await telling.emit('my-drop');
  await telling.deliverAll();
  expect(telling.bodies().map(({ type }) => type)).toEqual(['stock.low']);
});

test('what is older than it is kept is forgotten', async () => {
  await telling.subscribe(['stock.low']);
  await telling.emit();
  await telling.sql(`update checkout.events set at = now() - interval '31 days'`);
  await telling.emit();
  await telling.events.purge(30);
  expect(await telling.sql('select 1 from checkout.events')).toHaveLength(1);
  expect(await telling.states()).toHaveLength(1);
});
