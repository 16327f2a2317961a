/** Everything the checkout answers, in order: readiness, the gate, then the routes. */
import type { AdmissionVerifier } from '@sluice/connector';
import {
  addReadiness,
  createApp,
  type Metrics,
  registerProblems,
  registerRateLimits,
} from '@sluice/service-kit';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { addGate } from './admission/gate.ts';
import { PROBLEMS } from './contract/problems.ts';
import type { Checkout } from './plugins/checkout.ts';
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
}

/** The public application. It listens nowhere yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { checkout, verifier, redis, log, metrics, trustedProxies, ready } = options;
  registerProblems(PROBLEMS);
  const app = await createApp({
    name: 'checkout-api',
    logger: log,
    metrics,
    trustedProxies,
    openapi: {
      title: 'Sluice checkout',
      description: 'Holds stock for admitted shoppers, takes payments, and sells every unit exactly once.',
    },
  });
  addReadiness(app, 'postgres', ready);
  addGate(app, { sessions: checkout.sessions, verifier });

  await app.register(async (limitedTogether: FastifyInstance) => {
    await registerRateLimits(limitedTogether, { redis });
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
