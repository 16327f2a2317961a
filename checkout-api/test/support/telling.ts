/**
 * Events of a database of a test file's own, a receiver of each test's own, and the consumers of the service: what tests of
 * telling others work with.
 */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { EventType } from '../../src/domain/events.ts';
import { createAddressGuard } from '../../src/outbox/address-guard.ts';
import { deliverEvent } from '../../src/outbox/deliver.ts';
import { createEventBusConsumer } from '../../src/outbox/event-bus.ts';
import { createWebhookConsumer } from '../../src/outbox/webhook.ts';
import { createEventStore, type EventStore } from '../../src/store/events.ts';
import { createSecretVault } from '../../src/store/secret-vault.ts';
import type { Database } from '../../src/store/statements.ts';
import { type CheckoutDatabase, createCheckoutDatabase } from './checkout-database.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export const secret = 'whsec_c2VjcmV0';
export const keyOf = (kid: string) => `${kid}:${Buffer.alloc(32, kid).toString('base64url')}`;
export const vault = createSecretVault(keyOf('k1'));

export const busToken = 'a-token-of-the-bus';

export const consumers = {
  webhook: createWebhookConsumer(createAddressGuard({ allowedNetworks: ['127.0.0.0/8'] })),
  outbox: createEventBusConsumer(busToken),
};

export interface Telling {
  readonly url: string;
  readonly database: Database;
  readonly events: EventStore;
  /** A new one for each test. */
  readonly receiver: Receiver;
  /** Another pool on the same database. */
  connect(): Database;
  sql(text: string, ...values: unknown[]): ReturnType<typeof rowsOf>;
  subscribe(types: readonly EventType[], drops?: string[] | null, url?: string): Promise<string>;
  emit(drop?: string, type?: string): Promise<unknown>;
  /** Does what the worker would do with every delivery that is pending, once each, whenever it is due. */
  deliverAll(observe?: (outcome: string) => void): Promise<void>;
  /** Of every delivery. */
  states(): ReturnType<typeof rowsOf>;
  /** What the receiver was sent. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies whose shape is what they check
  bodies(): any[];
}

const rowsOf = (database: Database, text: string, values: unknown[]) =>
  database.query(text, values).then(({ rows }) => rows);

/** To be called once, by the test file itself: it registers its hooks. */
export function useTelling(): Telling {
  let db: CheckoutDatabase;
  let events: EventStore;
  let receiver: Receiver;
  beforeAll(async () => {
    db = await createCheckoutDatabase();
    events = createEventStore(db.database, vault);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await receiver.close();
    await db.database.query('delete from checkout.event_targets');
    await db.database.query('delete from checkout.events');
    await db.database.query('delete from checkout.stock_told');
    await db.database.query('delete from checkout.drops_told');
    await db.database.query(
      'select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))',
    );
  });
  const sql: Telling['sql'] = (text, ...values) => rowsOf(db.database, text, values);
  return {
    get url() {
      return db.url;
    },
    get database() {
      return db.database;
    },
    get events() {
      return events;
    },
    get receiver() {
      return receiver;
    },
    connect: () => db.connect(),
    sql,
    subscribe: (types, drops = null, url = receiver.url) =>
      events.createWebhook({ url, types: [...types], drops, secret }),
    emit: (drop = 'a-drop', type = 'stock.low') =>
      sql('select checkout.emit_event($1, $2, $3, $4)', type, drop, 'shoe', { sku: 'shoe' }),
    async deliverAll(observe) {
      const pending = await sql(
        `select d.event_id as "eventId", d.target_id as "targetId" from checkout.event_deliveries d
           join checkout.events e on e.id = d.event_id where d.status = 'pending' order by e.at`,
      );
      for (const delivery of pending)
        await deliverEvent(delivery, {
          events,
          consumers,
          ...(observe && { observe: (_kind, outcome) => observe(outcome) }),
        });
    },
    states: () => sql('select status, tries, last_error as error from checkout.event_deliveries'),
    bodies: () => receiver.requests.map(({ body }) => JSON.parse(body)),
  };
}
