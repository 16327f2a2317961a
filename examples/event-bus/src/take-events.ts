/**
 * Does what events ask for, each once. Kafka hands an event out at least once: again after a crash before its offset was
 * committed, and again when the outbox told it twice. So the event's id is noted in the transaction that does the work: done
 * and noted, or neither. What can not be done goes to the topic of dead letters after some tries, and the next is served.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  Consumer,
  type Message,
  MessagesStreamModes,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import type { Pool, PoolClient } from 'pg';
import { type CloudEvent, readCloudEvent } from './cloud-event.ts';

export interface TakeOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Consumers of one group share the topic between them. */
  readonly group: string;
  /** Holds what is done, and which events have been. */
  readonly database: Pool;
  /** Does what an event asks for, through this connection alone. @throws what makes it be tried again */
  readonly handle: (event: CloudEvent, client: PoolClient) => Promise<void>;
  /** Tries of one event before it is a dead letter (5). While the database is away none is counted. */
  readonly triesMax?: number;
  /** Between two tries, in ms (1000). */
  readonly pauseMs?: number;
}

type Told = Message<string, string, string, string>;

/** Connection exceptions, too many connections, shutdown: nothing that the event is to blame for. */
const OUTAGE = /^(?:08|53|57P|E[A-Z]+$)/;

/** Takes events until closed; `close` waits for the one that is being done. `failed` rejects when Kafka is lost for good. */
export async function takeEvents(
  options: TakeOptions,
): Promise<{ failed: Promise<void>; close(): Promise<void> }> {
  const { topic, group, database, handle, triesMax = 5, pauseMs = 1000 } = options;
  const dead = `${topic}.dead`;
  const bootstrapBrokers = [...options.brokers];
  const ending = new AbortController();
  await database.query(
    `do $$ begin
       perform pg_advisory_xact_lock(hashtext('seen_events'));
       create table if not exists seen_events (id text primary key, at timestamptz not null default now());
     end $$`,
  );
  const producer = new Producer({
    clientId: group,
    bootstrapBrokers,
    serializers: stringSerializers,
    acks: ProduceAcks.ALL,
  });
  const consumer = new Consumer({
    clientId: group,
    groupId: group,
    bootstrapBrokers,
    deserializers: stringDeserializers,
    sessionTimeout: 10_000,
    heartbeatInterval: 1000,
    maxWaitTime: 500,
  });
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: 'earliest',
    // Only what is done is committed.
    autocommit: false,
  });

  /** One transaction: the work and the note that it is done, or neither. */
  async function doOnce(event: CloudEvent): Promise<void> {
    const client = await database.connect();
    let isBroken = true;
    try {
      await client.query('begin');
      const noted = await client.query('insert into seen_events (id) values ($1) on conflict do nothing', [
        event.id,
      ]);
      if (noted.rowCount === 1) await handle(event, client);
      await client.query('commit');
      isBroken = false;
    } finally {
      client.release(isBroken);
    }
  }

  async function bury({ key, value, partition, offset }: Told, reason: string): Promise<void> {
    const headers = { reason: reason.slice(0, 200), partition: String(partition), offset: String(offset) };
    await producer.send({ messages: [{ topic: dead, key, value, headers }] });
  }

  async function settle(message: Told): Promise<void> {
    const event = readCloudEvent(message.value);
    if (event === undefined) return bury(message, 'is no CloudEvent');
    for (let tries = 1; ; ) {
      try {
        return await doOnce(event);
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        const isOutage = typeof code === 'string' && OUTAGE.test(code);
        if (!isOutage && tries++ >= triesMax) return bury(message, String(error));
      }
      await delay(pauseMs, undefined, { signal: ending.signal });
    }
  }

  async function run(): Promise<void> {
    try {
      for await (const message of stream) {
        await settle(message);
        await message.commit();
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  }

  const running = run();
  return {
    failed: running,
    async close() {
      ending.abort();
      await stream.close();
      await running.catch(() => {});
      await consumer.close(true);
      await producer.close();
    },
  };
}
