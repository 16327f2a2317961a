/** Leaving the checkout. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { sessionOf } from '../admission/gate.ts';
import { forgetSession } from '../admission/session-cookie.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { CALLS_PER_SESSION } from '../rate-limits.ts';

export const leaveSessionRoute: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (
  app,
  { checkout },
) => {
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
