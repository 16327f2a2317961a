/** Opening the checkout session from an admission token (Q34). */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { admissionOf } from '../admission/gate.ts';
import { keepSession } from '../admission/session-cookie.ts';
import { shedding } from '../admission/shedding.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { SessionAnswer, SessionHeaders } from '../contract/sessions.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { SESSIONS_PER_ADDRESS } from '../rate-limits.ts';

export const openSessionRoute: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (
  app,
  { checkout },
) => {
  app.post(
    '/v1/drops/:drop/session',
    {
      config: { rateLimit: SESSIONS_PER_ADDRESS },
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
      if (answer.verdict === 'revoked') throw problem('admission-refused', undefined, { reason: 'revoked' });
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
};
