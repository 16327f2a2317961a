/** Reserving: all lines or none, decided with whoever asks at the same time. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { sessionOf } from '../admission/gate.ts';
import { shedding } from '../admission/shedding.ts';
import { ProblemDocument } from '../contract/common.ts';
import { IdempotencyHeaders, ReservationAnswer, ReservationRequest } from '../contract/reservations.ts';
import { canonicalLines } from '../domain/lines.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import { reservationProblem } from '../plugins/reservation-problem.ts';
import { RESERVATIONS_PER_SESSION } from '../rate-limits.ts';
import { promiseView } from './views.ts';

export const reserveRoute: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (app, { checkout }) => {
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };

  app.post(
    '/v1/reservations',
    {
      config: { rateLimit: RESERVATIONS_PER_SESSION },
      schema: {
        summary: 'Hold stock: all lines or none',
        headers: IdempotencyHeaders,
        body: ReservationRequest,
        response: { 201: ReservationAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const wish = canonicalLines(request.body.lines);
      if (!wish.ok) throw invalidField(`body.${wish.field}`, wish.reason);
      const key = request.headers['idempotency-key'];
      const answer = await shedding(checkout.reservations.reserve(session, key, wish.lines));
      if (!isRehearsal(session.drop)) checkout.metrics.reservations.inc({ outcome: answer.verdict });
      if (!('reservation' in answer)) throw reservationProblem(answer.verdict);
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .header('location', `/v1/reservations/${answer.reservation.id}`)
        .send(promiseView(session.drop, answer.reservation));
    },
  );
};
