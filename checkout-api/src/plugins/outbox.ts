/** Telling others: events on their way to webhooks and to the installation's own event bus. Works from `start` on. */
import { connectPostgres, type RepeatingJob, repeat } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';
import { eventTypes } from '../domain/events.ts';
import { startJobWorker } from '../jobs/worker.ts';
import { type AddressGuard, createAddressGuard } from '../outbox/address-guard.ts';
import { deliverEvent } from '../outbox/deliver.ts';
import { createEventBusConsumer } from '../outbox/event-bus.ts';
import { createWebhookConsumer } from '../outbox/webhook.ts';
import { createEventStore, type EventStore } from '../store/events.ts';
import { createJobStore, type JobStore } from '../store/jobs.ts';
import { createSecretVault } from '../store/secret-vault.ts';
import type { CheckoutMetrics } from './metrics.ts';

/** Deliveries have a worker of their own: somebody else's slow server must not hold up refunds. */
const deliveriesAtOnce = 8;
/** One for each delivery in hand, and one that listens. */
const connections = deliveriesAtOnce + 1;
/** Promised: a SKU is told of at most once a second. */
const stockEverySeconds = 1;
/** How long events and providers' messages are kept. */
const keptDays = 30;
const purgeEveryMs = 3_600_000;
const countEveryMs = 10_000;

declare global {
  namespace GraphileWorker {
    interface Tasks {
      deliver_event: { eventId: string; targetId: string };
    }
  }
}

export interface Outbox {
  events: EventStore;
  jobs: JobStore;
  guard: AddressGuard;
  start(): RepeatingJob;
}

export interface OutboxOptions {
  config: Pick<
    Config,
    'DATABASE_URL' | 'OUTBOX_URL' | 'OUTBOX_TOKEN' | 'WEBHOOK_ALLOWED_NETWORKS' | 'WEBHOOK_KEYS'
  >;
  log: FastifyBaseLogger;
  metrics: CheckoutMetrics;
}

export function createOutbox({ config, log, metrics }: OutboxOptions): Outbox {
  const database = connectPostgres({ url: config.DATABASE_URL, log, max: connections });
  const vault = config.WEBHOOK_KEYS === undefined ? undefined : createSecretVault(config.WEBHOOK_KEYS);
  const events = createEventStore(database, vault);
  const jobs = createJobStore(database);
  const guard = createAddressGuard({
    allowedNetworks: config.WEBHOOK_ALLOWED_NETWORKS.split(',')
      .map((network) => network.trim())
      .filter(Boolean),
  });
  const consumers = {
    webhook: createWebhookConsumer(guard),
    outbox: createEventBusConsumer(config.OUTBOX_TOKEN),
  };

  return {
    events,
    jobs,
    guard,
    start() {
      const failing = (job: string) => (err: unknown) =>
        log.warn({ err, job }, 'a job failed and will run again');
      const tellStock = () => events.emitStock(stockEverySeconds);
      const count = async () => {
        const dead = await jobs.countDead();
        metrics.deadLetters.set({ of: 'jobs' }, dead.jobs);
        metrics.deadLetters.set({ of: 'deliveries' }, dead.deliveries);
      };
      const observe = (target: string, outcome: string) => metrics.deliveries.inc({ target, outcome });
      const running = [
        startJobWorker({
          database,
          atOnce: deliveriesAtOnce,
          jobs,
          tasks: { deliver_event: (delivery) => deliverEvent(delivery, { events, consumers, observe }) },
          log,
        }),
        repeat({ everyMs: stockEverySeconds * 1000, onError: failing('stock events'), run: tellStock }),
        repeat({ everyMs: purgeEveryMs, onError: failing('purge'), run: () => events.purge(keptDays) }),
        repeat({ everyMs: countEveryMs, onError: failing('dead letters'), run: count }),
      ];
      events
        .resealSecrets()
        .then(
          (sealed) => sealed > 0 && log.info({ webhooks: sealed }, 'secrets of webhooks were sealed anew'),
        )
        .catch(failing('seal webhook secrets'));
      events.putOutbox(config.OUTBOX_URL, eventTypes).catch(failing('event bus'));
      return {
        async close() {
          await Promise.all(running.map((job) => job.close()));
          await database.end();
        },
      };
    },
  };
}
