/** Trying a drop before its day. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { issuePreview } from '../acts/issue-preview.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { PREVIEW_SECONDS, PreviewAnswer, PreviewRequest } from '../contract/previews.ts';
import { PREVIEW_LANGUAGES, PREVIEW_STATES } from '../domain/preview-links.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR } from '../rate-limits.ts';

export const previewRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  app.post(
    '/api/v1/drops/:drop/preview',
    {
      config: { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'A signed link to the waiting page in every state and language, until it expires',
        params: DropParams,
        body: PreviewRequest,
        response: { 201: PreviewAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { seconds = PREVIEW_SECONDS, reason = null } = request.body;
      const link = await issuePreview(plane, {
        ...{ drop: request.params.drop, seconds, reason },
        actor: request.operator,
      });
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...link, states: [...PREVIEW_STATES], languages: [...PREVIEW_LANGUAGES] });
    },
  );
};
