/** Opening the checkout session from an admission token (Q34). */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { admissionOf } from '../admission/gate.ts';
import { shedding } from '../admission/shedding.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { SessionAnswer, SessionHeaders } from '../contract/sessions.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { sessionAnswer } from '../plugins/session-answer.ts';
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
      if (!isRehearsal(request.params.drop)) checkout.metrics.sessions.inc({ outcome: answer.verdict });
      const { status, cookie, body } = sessionAnswer(answer, request.protocol === 'https');
      return reply.code(status).header('cache-control', 'no-store').header('set-cookie', cookie).send(body);
    },
  );
};
