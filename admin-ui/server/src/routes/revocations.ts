/** Taking tickets and tokens back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { revokeAdmissions } from '../acts/revoke-admissions.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { RevocationAnswer, RevocationRequest } from '../contract/revocations.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR } from '../rate-limits.ts';

export const revocationRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (
  app,
  { plane },
) => {
  app.post(
    '/api/v1/drops/:drop/revocations',
    {
      config: { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary:
          'Take tickets and their tokens back for good; refused everywhere within 5 s; asks for a confirmation',
        params: DropParams,
        body: RevocationRequest,
        response: { 200: RevocationAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { drop } = request.params;
      const { numbers, reason, confirm = false } = request.body;
      const ended = await revokeAdmissions(plane, {
        ...{ drop, numbers, reason },
        actor: request.operator,
        isConfirmed: confirm,
      });
      return { drop, ended };
    },
  );
};
