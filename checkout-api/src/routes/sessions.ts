/** Opening the checkout session from an admission token, and leaving. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { admissionOf, sessionOf } from '../admission/gate.ts';
import { forgetSession, keepSession } from '../admission/session-cookie.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { SessionAnswer, SessionHeaders } from '../contract/sessions.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { shedding } from '../plugins/shedding.ts';
import { CALLS_PER_SESSION, SESSIONS_PER_ADDRESS } from '../rate-limits.ts';

export const sessionRoutes: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (app, { checkout }) => {
  app.post(
    '/v1/drops/:drop/session',
    {
      config: { rateLimit: checkout.shared(SESSIONS_PER_ADDRESS) },
      schema: {
        summary: 'Open the checkout session of an admission token',
        description: 'Again with the same token and secret: the same session.',
        params: DropParams,
        headers: SessionHeaders,
        response: { 200: SessionAnswer, 201: SessionAnswer, '4xx': ProblemDocument, '5xx': ProblemDocument },
      },
    },
    async (request, reply) => {
      const answer = await shedding(checkout.sessions.open(admissionOf(request)));
      checkout.metrics.sessions.inc({ outcome: answer.verdict });
      if (!('session' in answer)) throw problem(answer.verdict);
      const { session, credential } = answer;
      const isSecure = request.protocol === 'https';
      return reply
        .code(answer.verdict === 'opened' ? 201 : 200)
        .header('cache-control', 'no-store')
        .header('set-cookie', keepSession(session.drop, credential, isSecure))
        .send({
          sessionId: session.sessionId,
          drop: session.drop,
          ...(session.customer === null ? {} : { customer: session.customer }),
          token: credential,
          expiresAt: session.reserveUntil.toISOString(),
        });
    },
  );

  app.delete(
    '/v1/drops/:drop/session',
    {
      config: { rateLimit: CALLS_PER_SESSION },
      schema: {
        summary: 'Leave: give back what is held and end the session',
        params: DropParams,
        response: { 204: Type.Null(), '4xx': ProblemDocument, '5xx': ProblemDocument },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const hasLeft = await checkout.sessions.leave(session);
      if (!hasLeft) throw problem('payment-in-progress');
      return reply
        .header('cache-control', 'no-store')
        .header('set-cookie', forgetSession(session.drop, request.protocol === 'https'))
        .code(204)
        .send(null);
    },
  );
};
