/** Everything the checkout answers, in order: readiness, the gate, then the routes. */
import type { AdmissionVerifier } from '@sluice/connector';
import {
  addReadiness,
  createApp,
  createClientKey,
  createIsSecure,
  createSharedCounts,
  FixedWindowLimiter,
  type Metrics,
  registerProblems,
  registerRateLimits,
} from '@sluice/service-kit';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { createAdmit } from './admission/admit.ts';
import { addGate } from './admission/gate.ts';
import { PROBLEMS } from './contract/problems.ts';
import { SCHEMA_NAMES } from './contract/schema-names.ts';
import type { Checkout } from './plugins/checkout.ts';
import { createReserveServer, RESERVE_PATH } from './plugins/reserve-server.ts';
import { createSessionServer, SESSION_PATH } from './plugins/session-server.ts';
import type { Traffic } from './plugins/traffic.ts';
import {
  RESERVATIONS_PER_SESSION,
  SESSIONS_PER_ADDRESS,
  UNKNOWN_CREDENTIALS_PER_ADDRESS,
} from './rate-limits.ts';
import { leaveSessionRoute } from './routes/leave-session.ts';
import { openSessionRoute } from './routes/open-session.ts';
import { paymentRoutes } from './routes/payments.ts';
import { reservationRoutes } from './routes/reservations.ts';
import { reserveRoute } from './routes/reserve.ts';
import { webhookRoute } from './routes/webhooks.ts';

export interface AppOptions {
  checkout: Checkout;
  verifier: AdmissionVerifier;
  redis: Redis;
  log: FastifyBaseLogger;
  metrics: Metrics;
  trustedProxies: string;
  /** Rejects while Postgres does not answer. Redis is not needed to be ready: it is never the ledger. */
  ready: () => Promise<unknown>;
  /** Told of every answer. */
  onAnswer: (answered: { ms: number; status: number }) => void;
  /** Kept up to date. */
  traffic: Traffic;
}

/** The public application. It listens nowhere yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { checkout, verifier, redis, log, metrics, trustedProxies, ready, onAnswer, traffic } = options;
  registerProblems(PROBLEMS);
  const counts = createSharedCounts({ redis });
  const isSecure = createIsSecure(trustedProxies);
  const strangers = new FixedWindowLimiter(UNKNOWN_CREDENTIALS_PER_ADDRESS);
  const admit = createAdmit(verifier);
  const app = await createApp({
    name: 'checkout-api',
    logger: log,
    metrics,
    trustedProxies,
    openapi: {
      title: 'Sluice checkout',
      description: 'Holds stock for admitted shoppers, takes payments, and sells every unit exactly once.',
      schemas: SCHEMA_NAMES,
    },
    onAnswer,
    answerFirst: (direct) => {
      const { max, timeWindow: windowMs } = RESERVATIONS_PER_SESSION;
      const limit = counts.limit({ method: 'POST', url: RESERVE_PATH, max, windowMs });
      const reserve = createReserveServer({ checkout, limit, isSecure, traffic }, direct);
      const openings = counts.limit({
        method: 'POST',
        url: SESSION_PATH,
        max: SESSIONS_PER_ADDRESS.max,
        windowMs: SESSIONS_PER_ADDRESS.timeWindow,
      });
      const clientKey = createClientKey(trustedProxies);
      const door = { checkout, admit, strangers, limit: openings, clientKey, isSecure, traffic };
      const open = createSessionServer(door, direct);
      return (request, response, toRouter) =>
        reserve(request, response, toRouter) || open(request, response, toRouter);
    },
  });
  app.addHook('onClose', async () => counts.close());
  app.addHook('onRequest', async () => void traffic.inFlight++);
  app.addHook('onResponse', async () => void traffic.inFlight--);
  addReadiness(app, 'postgres', ready);
  addGate(app, { sessions: checkout.sessions, admit, strangers });

  await app.register(async (limitedTogether: FastifyInstance) => {
    await registerRateLimits(limitedTogether, { counts });
    await limitedTogether.register(openSessionRoute, { checkout });
    await limitedTogether.register(reserveRoute, { checkout });
  });
  await app.register(async (limitedHere: FastifyInstance) => {
    await registerRateLimits(limitedHere);
    await limitedHere.register(leaveSessionRoute, { checkout });
    await limitedHere.register(reservationRoutes, { checkout });
    await limitedHere.register(paymentRoutes, { checkout });
    await limitedHere.register(webhookRoute, { checkout });
  });
  return app;
}
