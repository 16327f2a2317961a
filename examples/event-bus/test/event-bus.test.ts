import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase, waitUntil } from '@sluice/service-kit/testing';
import { Consumer, stringDeserializers } from '@platformatic/kafka';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { requiredProgram } from '../../../scripts/lib/required-program.mjs';
import { startKafka } from '../../../scripts/lib/start-kafka.mjs';
import { type TakeOptions, takeEvents } from '../src/take-events.ts';
import { startExample } from './support/start-example.ts';

const TOKEN = 'a-token-of-the-bridge';
const TOPICS = ['sluice.events', 'sluice.events.dead'];

let store: TestDatabase;
let database: Pool;
beforeAll(async () => {
  store = await createTestDatabase();
  database = new Pool({ connectionString: store.url });
  await database.query('create table done (id text, by text)');
});
afterAll(async () => {
  await database.end();
  await store.drop();
});

const paid = (more: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  type: 'sluice.order.paid',
  source: '/drops/a-drop',
  subject: randomUUID(),
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  data: { orderId: randomUUID(), lines: [{ sku: 'shoe', quantity: 1 }] },
  ...more,
});

async function start(context: { skip: (reason: string) => never }) {
  const kafka = await startKafka(requiredProgram('KAFKA_PATH', context), TOPICS);
  const bridge = await startExample('bridge.ts', { KAFKA_BROKERS: kafka.address, TOKEN });
  onTestFinished(async () => {
    await bridge.stop();
    await kafka.stop();
  });
  const tell = (event: unknown, headers: Record<string, string> = {}) =>
    fetch(bridge.line.replace(/^.* /, ''), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...headers,
      },
      body: typeof event === 'string' ? event : JSON.stringify(event),
    });
  const take = async (options: Partial<TakeOptions> & { group: string }) => {
    const taking = await takeEvents({
      brokers: [kafka.address],
      topic: 'sluice.events',
      database,
      pauseMs: 20,
      handle: async ({ id }, client) => {
        await client.query('insert into done values ($1, $2)', [id, options.group]);
      },
      ...options,
    });
    return taking;
  };
  const done = async (...ids: string[]) =>
    (await database.query('select id from done where id = any ($1) order by id', [ids])).rows.map(
      ({ id }) => id,
    );
  const readDead = async () => {
    const consumer = new Consumer({
      clientId: 'reader',
      groupId: randomUUID(),
      bootstrapBrokers: [kafka.address],
      deserializers: stringDeserializers,
      maxWaitTime: 200,
    });
    const stream = await consumer.consume({ topics: ['sluice.events.dead'], mode: 'earliest' });
    for await (const { value, headers } of stream) {
      await consumer.close(true);
      return { value, reason: headers.get('reason') };
    }
    return undefined;
  };
  return { kafka, tell, take, done, readDead };
}

test('3.13: an event that is told twice, and handed out again to another group, is done once', async (context) => {
  const { tell, take, done } = await start(context);
  const [first, second] = [paid(), paid()];
  for (const event of [first, first, second, first]) expect((await tell(event)).status).toBe(204);
  // The second reads everything from the beginning, as after a crash before any offset was committed.
  for (const group of ['one', 'two']) {
    const last = paid();
    expect((await tell(last)).status).toBe(204);
    const taking = await take({ group });
    await waitUntil(async () => (await done(last.id)).length === 1, { what: 'the last event' });
    await taking.close();
  }
  expect(await done(first.id, second.id)).toEqual([first.id, second.id].sort());
});

test('3.13: work and note of an event are one: what breaks off half done is done whole the next time', async (context) => {
  const { tell, take, done } = await start(context);
  const event = paid();
  await tell(event);
  let tries = 0;
  const taking = await take({
    group: 'half',
    handle: async ({ id }, client) => {
      await client.query('insert into done values ($1, $2)', [id, 'half']);
      if (++tries < 3) throw new Error('half done');
    },
  });
  await waitUntil(async () => (await done(event.id)).length > 0);
  await taking.close();
  expect([tries, await done(event.id)]).toEqual([3, [event.id]]);
});

test('3.13: poison goes to the dead letters with its reason, and what comes after it is done', async (context) => {
  const { tell, take, done, readDead } = await start(context);
  const [poison, healthy] = [paid(), paid()];
  for (const event of [poison, healthy]) await tell(event);
  let tries = 0;
  const taking = await take({
    group: 'careful',
    triesMax: 3,
    handle: async ({ id }, client) => {
      if (id === poison.id) {
        tries++;
        throw new Error('no such shelf');
      }
      await client.query('insert into done values ($1, $2)', [id, 'careful']);
    },
  });
  await waitUntil(async () => (await done(healthy.id)).length === 1, { what: 'the healthy event' });
  await taking.close();
  expect(tries).toBe(3);
  expect(await done(poison.id)).toEqual([]);
  expect(await readDead()).toEqual({
    value: JSON.stringify(poison),
    reason: expect.stringContaining('no such shelf'),
  });
});

test('3.13: while the database is away no event is to blame: none is a dead letter, all are done when it is back', async (context) => {
  const { tell, take, done } = await start(context);
  const event = paid();
  await tell(event);
  let tries = 0;
  const taking = await take({
    group: 'patient',
    triesMax: 1,
    handle: async ({ id }, client) => {
      if (++tries < 4) throw Object.assign(new Error('terminating connection'), { code: '57P01' });
      await client.query('insert into done values ($1, $2)', [id, 'patient']);
    },
  });
  await waitUntil(async () => (await done(event.id)).length === 1);
  await taking.close();
  expect(tries).toBe(4);
});

test('promise 8: the bridge takes CloudEvents of those who have its token, and names what is wrong with all else', async (context) => {
  const { kafka, tell } = await start(context);
  const refusals: [unknown, Record<string, string>, number, string][] = [
    [paid(), { authorization: 'Bearer another' }, 401, 'authorization'],
    [paid(), { 'content-type': 'text/plain' }, 415, 'content-type'],
    ['{"specversion":', {}, 400, 'body'],
    [paid({ id: '' }), {}, 400, 'body'],
    [paid({ specversion: '0.3' }), {}, 400, 'body'],
    [paid({ data: { text: 'x'.repeat(70_000) } }), {}, 413, 'body'],
  ];
  for (const [event, headers, status, field] of refusals) {
    const answer = await tell(event, headers);
    expect([answer.status, (await answer.json()).detail]).toEqual([status, expect.stringContaining(field)]);
  }
  await kafka.stop();
  const unavailable = await tell(paid());
  expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '5']);
});
