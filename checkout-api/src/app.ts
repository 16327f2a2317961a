/** Everything the checkout answers, in order: what it works with, the gate, then the routes. */
import type { AdmissionVerifier } from '@sluice/connector';
import { type CreateAppOptions, createApp } from '@sluice/service-kit';
import type { FastifyInstance } from 'fastify';
import { addGate } from './admission/gate.ts';
import type { Checkout } from './plugins/checkout.ts';
import { paymentRoutes } from './routes/payments.ts';
import { reservationRoutes } from './routes/reservations.ts';
import { sessionRoutes } from './routes/sessions.ts';

export interface AppOptions {
  kit: Omit<CreateAppOptions, 'name' | 'openapi'>;
  checkout: Checkout;
  verifier: AdmissionVerifier;
}

/** The public application. It listens nowhere yet. */
export async function buildApp({ kit, checkout, verifier }: AppOptions): Promise<FastifyInstance> {
  const app = await createApp({
    ...kit,
    name: 'checkout-api',
    openapi: {
      title: 'Sluice checkout',
      description: 'Holds stock for admitted shoppers, takes payments, and sells every unit exactly once.',
    },
  });
  addGate(app, { sessions: checkout.sessions, verifier });
  await app.register(sessionRoutes, { checkout });
  await app.register(reservationRoutes, { checkout });
  await app.register(paymentRoutes, { checkout });
  return app;
}
