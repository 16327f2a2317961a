/** One running instance: connections, migrations, the two listeners, the jobs; and their end, in the reverse order. */
import { hostname } from 'node:os';
import { createAdmissionVerifier } from '@sluice/connector';
import {
  connectPostgres,
  connectRedis,
  createInternalApp,
  createMetrics,
  registerRateLimits,
  untilReached,
} from '@sluice/service-kit';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { createRoomClient } from './clients/room.ts';
import { type Config, readConfig, roomUrls } from './config.ts';
import { createVitals } from './domain/vitals.ts';
import { migrate } from './migrate.ts';
import type { Checkout } from './plugins/checkout.ts';
import { startJobs } from './plugins/jobs.ts';
import { startLiveStock } from './plugins/live-stock.ts';
import { addStateMetrics, createCheckoutMetrics } from './plugins/metrics.ts';
import { createOutbox } from './plugins/outbox.ts';
import { createTill } from './plugins/till.ts';
import { eventRoutes } from './routes/events.ts';
import { internalRoutes } from './routes/internal.ts';
import { officeRoutes } from './routes/office.ts';
import { orderRoutes } from './routes/orders.ts';
import { rehearsalRoutes } from './routes/rehearsals.ts';
import { revocationRoutes } from './routes/revocations.ts';
import { stockRoutes } from './routes/stock.ts';
import { createOfficeStore } from './store/office.ts';
import { createReportStore } from './store/reports.ts';
import { createReservationStore } from './store/reservations.ts';
import { createSessionStore } from './store/sessions.ts';
import { createStockStore } from './store/stock.ts';

const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

export interface RunningCheckout {
  url: string;
  internalUrl: string;
  /** The public application, for those who want to look at its routes. */
  app: FastifyInstance;
  /** The internal one, likewise. */
  internal: FastifyInstance;
  close(): Promise<void>;
}

export async function startCheckout(
  log: FastifyBaseLogger,
  config: Config = readConfig(),
): Promise<RunningCheckout> {
  const instance = config.INSTANCE_ID ?? `${hostname()}:${process.pid}`;
  await untilReached(
    () => migrate(config.DATABASE_URL, (message) => log.debug(message)),
    (err) => log.warn({ err }, 'waiting for Postgres'),
  );

  const metrics = createMetrics({ service: 'checkout-api', instance });
  const database = connectPostgres({ url: config.DATABASE_URL, log, max: config.DATABASE_CONNECTIONS });
  const redis = connectRedis({ url: config.REDIS_URL, name: 'checkout-api', log });

  const checkoutMetrics = createCheckoutMetrics(metrics);
  const reservations = createReservationStore(database, {
    onBatch(size, seconds) {
      checkoutMetrics.batchSize.observe(size);
      checkoutMetrics.batchSeconds.observe(seconds);
    },
  });
  const sessions = createSessionStore(database);
  const stock = createStockStore(database);
  const till = createTill({ config, log, metrics: checkoutMetrics, database, reservations });
  const { payments, orders, providerEvents } = till;
  const outbox = createOutbox({ config, log, metrics: checkoutMetrics });
  const checkout: Checkout = {
    sessions,
    reservations,
    stock,
    payments,
    orders,
    receipts: till.receipts,
    paymentProviders: till.providers,
    rehearsalProvider: till.rehearsalProvider,
    providerEvents,
    metrics: checkoutMetrics,
  };

  const urls = roomUrls(config);
  const verifier = createAdmissionVerifier({
    issuer: config.ROOM_ISSUER,
    jwks: urls.map((url) => new URL('/.well-known/jwks.json', url).href),
  });
  const trustedProxies = config.TRUSTED_PROXIES;
  const ready = () => database.query('select 1');
  const traffic = { inFlight: 0 };
  const vitals = createVitals();
  const app = await buildApp({
    ...{ checkout, verifier, redis, log, metrics, trustedProxies, ready, traffic },
    onAnswer: ({ ms, status }) => vitals.record(ms, status >= 500),
  });
  addStateMetrics(metrics, {
    waitingRequests: reservations.waiting,
    requestsInFlight: () => traffic.inFlight,
    breakerState: till.breakerState,
    pool: database,
  });

  const internal: FastifyInstance = createInternalApp({ logger: log, metrics, describes: app });
  const serviceToken = config.SERVICE_TOKEN;
  await internal.register(internalRoutes, { stock, serviceToken });
  await internal.register(rehearsalRoutes, { rehearsals: till.rehearsals, serviceToken });
  await internal.register(stockRoutes, { stock, serviceToken });
  await internal.register(revocationRoutes, { sessions, serviceToken });
  await internal.register(orderRoutes, { orders, serviceToken });
  await internal.register(eventRoutes, { ...outbox, serviceToken });
  await internal.register(async (limited: FastifyInstance) => {
    await registerRateLimits(limited);
    await limited.register(officeRoutes, { office: createOfficeStore(database), serviceToken });
  });

  const url = await app.listen({ host: config.HOST, port: config.PORT });
  const internalUrl = await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
  const liveStock = startLiveStock({
    redis,
    databaseUrl: config.DATABASE_URL,
    source: config.STOCK_FEED,
    stock,
    reservations,
    metrics: checkoutMetrics,
    log,
  });
  const jobs = startJobs({
    log,
    metrics: checkoutMetrics,
    reservations,
    sessions,
    reports: createReportStore(database),
    room: createRoomClient({ urls, serviceToken }),
    pictures: liveStock.pictures,
    vitals: () => ({ ...vitals.take(), breaker: BREAKER_STATES[till.breakerState()] }),
    reporter: instance,
  });
  const money = till.start(url);
  const telling = outbox.start();
  log.info({ url, internalUrl }, 'listening');

  return {
    url,
    internalUrl,
    app,
    internal,
    async close() {
      await app.close();
      await Promise.all([jobs.close(), money.close(), telling.close()]);
      await liveStock.close();
      await internal.close();
      await Promise.all([database.end(), redis.quit().catch(() => redis.disconnect())]);
    },
  };
}
