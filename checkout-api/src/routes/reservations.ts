/** Reading, extending and releasing a reservation. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { sessionOf } from '../admission/gate.ts';
import { IdParams, ProblemDocument } from '../contract/common.ts';
import { ExtensionAnswer, ReservationAnswer } from '../contract/reservations.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { CALLS_PER_SESSION } from '../rate-limits.ts';
import { reservationView } from './views.ts';

export const reservationRoutes: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (
  app,
  { checkout },
) => {
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };

  app.get(
    '/v1/reservations/:id',
    {
      config: { rateLimit: CALLS_PER_SESSION },
      schema: {
        summary: 'A reservation as it is now',
        params: IdParams,
        response: { 200: ReservationAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const reservation = await checkout.reservations.find(sessionOf(request), request.params.id);
      if (reservation === undefined) throw problem('no-such-reservation');
      return reply.header('cache-control', 'no-store').send(reservationView(reservation));
    },
  );

  app.delete(
    '/v1/reservations/:id',
    {
      config: { rateLimit: CALLS_PER_SESSION },
      schema: { summary: 'Release the hold', params: IdParams, response: { 204: Type.Null(), ...problems } },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { id } = request.params;
      const before = await checkout.reservations.find(session, id);
      if (before === undefined) throw problem('no-such-reservation');
      if (!(await checkout.reservations.release(session.drop, id))) {
        const now = await checkout.reservations.find(session, id);
        // Released before: saying so again is no fault of the shopper's.
        if (now?.paying) throw problem('payment-in-progress');
        if (now?.status !== 'released')
          throw problem('reservation-not-held', undefined, { state: now?.status });
      }
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/v1/reservations/:id/extension',
    {
      config: { rateLimit: CALLS_PER_SESSION },
      schema: {
        summary: 'One more hold lifetime, a few times at most',
        params: IdParams,
        response: { 200: ExtensionAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { id } = request.params;
      const expiresAt = await checkout.reservations.extend(session, id);
      if (expiresAt === undefined) {
        const reservation = await checkout.reservations.find(session, id);
        if (reservation === undefined) throw problem('no-such-reservation');
        if (reservation.status !== 'held')
          throw problem('reservation-not-held', undefined, { state: reservation.status });
        throw problem('extension-refused', undefined, { extensions: reservation.extensions });
      }
      return reply.header('cache-control', 'no-store').send({ id, expiresAt: expiresAt.toISOString() });
    },
  );
};
