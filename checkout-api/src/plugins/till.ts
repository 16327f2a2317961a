/**
 * Everything about money of one instance: providers, payments, orders, what providers tell us, and the jobs that belong
 * to them. Made once; works from `start` on.
 */
import { connectPostgres, createMailProvider, type RepeatingJob, repeat } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';

import { startJobWorker } from '../jobs/worker.ts';
import type { GuardedProvider } from '../payments/guard.ts';
import { createPayments, type Payments } from '../payments/pay.ts';
import { createProviders, createRehearsalProvider, sandboxSecret } from '../payments/providers.ts';
import { sendSandboxMessages } from '../payments/sandbox-messages.ts';
import { createJobStore } from '../store/jobs.ts';
import { createOrderStore, type OrderStore } from '../store/orders.ts';
import { createPaymentStore } from '../store/payments.ts';
import { createProviderEventStore, type ProviderEventStore } from '../store/provider-events.ts';
import { createReceiptStore, type ReceiptStore } from '../store/receipts.ts';
import { createRehearsalStore, type RehearsalStore } from '../store/rehearsals.ts';
import type { ReservationStore } from '../store/reservations.ts';
import type { Database } from '../store/statements.ts';
import type { CheckoutMetrics } from './metrics.ts';
import { createTasks } from './tasks.ts';

/** Connections the sandbox provider has for itself, as a provider elsewhere would. */
const sandboxConnections = 4;
const jobConnections = 5;
const jobsAtOnce = 4;
const reconcileEveryMs = 2000;
/** Older than any request that may still record its outcome itself: time-out, retries and a slow commit. */
const unsettledSeconds = 10;
const unsettledBatch = 100;
const sandboxMessagesEveryMs = 500;
const purgeEveryMs = 3_600_000;
/** A mail that could not be sent for so long is not sent any more; its job has long given up. */
const receiptDays = 7;

export interface TillOptions {
  config: Config;
  log: FastifyBaseLogger;
  metrics: CheckoutMetrics;
  database: Database;
  reservations: ReservationStore;
}

export interface Till {
  payments: Payments;
  orders: OrderStore;
  /** Null: this installation sends no mail. */
  receipts: ReceiptStore | null;
  providerEvents: ProviderEventStore;
  providers: readonly GuardedProvider[];
  /** Takes no money; for rehearsals alone. */
  rehearsalProvider: GuardedProvider;
  rehearsals: RehearsalStore;
  /** Of the provider that fares worst: 0 closed, 1 half open, 2 open. */
  breakerState(): 0 | 1 | 2;
  /** Settling, refunding, listening to providers. @param url where this instance answers */
  start(url: string): RepeatingJob;
}

export function createTill({ config, log, metrics, database, reservations }: TillOptions): Till {
  const url = config.DATABASE_URL;
  const sandboxDatabase = connectPostgres({ url, log, max: sandboxConnections });
  const jobDatabase = connectPostgres({ url, log, max: jobConnections });
  const providers = createProviders(config, sandboxDatabase);
  const store = createPaymentStore(database);
  const orders = createOrderStore(database);
  const providerEvents = createProviderEventStore(database);
  const rehearsalProvider = createRehearsalProvider(config, sandboxDatabase);
  // Attempts and refunds are looked after by the name they were begun under; only the configured ones are offered.
  const all = new Map([...providers, [rehearsalProvider.name, rehearsalProvider]]);
  const payments = createPayments({
    store,
    reservations,
    providers: all,
    observe: (outcome) => metrics.payments.inc({ outcome }),
    onUnknown: (err, reservation) =>
      log.warn({ err, reservation }, 'the outcome of a payment is not known yet'),
  });
  const receipts = createReceiptStore(database);
  const mail = config.SMTP_URL && createMailProvider({ url: config.SMTP_URL, from: config.MAIL_FROM });
  const tasks = createTasks({
    receipts: { receipts, mail: mail || undefined },
    refunds: { orders, providers: all, observe: (outcome) => metrics.refunds.inc({ outcome }) },
    providerEvents: { events: providerEvents, payments, store, orders, providers },
  });

  return {
    payments,
    orders,
    receipts: mail ? receipts : null,
    providerEvents,
    providers: [...providers.values()],
    rehearsalProvider,
    rehearsals: createRehearsalStore(database, sandboxDatabase),
    breakerState() {
      const states = [...providers.values()].map((provider) => provider.breakerState());
      return states.includes(2) ? 2 : states.includes(1) ? 1 : 0;
    },
    start(address) {
      const failing = (job: string) => (err: unknown) =>
        log.warn({ err, job }, 'a job failed and will run again');
      const running = [
        repeat({
          everyMs: reconcileEveryMs,
          onError: failing('reconcile'),
          run: () => payments.reconcile(unsettledSeconds, unsettledBatch),
        }),
        repeat({
          everyMs: purgeEveryMs,
          onError: failing('purge of receipts'),
          run: () => receipts.purge(receiptDays),
        }),
        startJobWorker({
          database: jobDatabase,
          atOnce: jobsAtOnce,
          jobs: createJobStore(jobDatabase),
          tasks,
          log,
        }),
      ];
      if (providers.has('sandbox')) {
        const messages = {
          database: sandboxDatabase,
          url: new URL('/v1/webhooks/sandbox', address).href,
          secret: sandboxSecret(config),
        };
        running.push(
          repeat({
            everyMs: sandboxMessagesEveryMs,
            onError: failing('sandbox messages'),
            run: () => sendSandboxMessages(messages),
          }),
        );
      }
      return {
        async close() {
          await Promise.all(running.map((job) => job.close()));
          await Promise.all([sandboxDatabase.end(), jobDatabase.end()]);
        },
      };
    },
  };
}
