/** What has been done: by drop, latest first. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import type { ControlPlane } from '../acts/control-plane.ts';
import { ENTRIES_PER_ANSWER, EntryList, EntryListQuery } from '../contract/audit.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { byOperator } from '../plugins/operator.ts';
import { READS_PER_OPERATOR } from '../rate-limits.ts';

export const auditRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  app.get(
    '/api/v1/drops/:drop/acts',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'What was done to a drop: who, when, from, to, why; latest first',
        params: DropParams,
        querystring: EntryListQuery,
        response: { 200: EntryList, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const { limit = ENTRIES_PER_ANSWER, before = Number.MAX_SAFE_INTEGER } = request.query;
      if (!(await plane.drops.find(drop))) throw problem('no-such-drop', `No drop has the id "${drop}".`);
      reply.header('cache-control', 'no-store');
      const entries = await plane.audit.readBack({ drop, before, limit });
      return { entries, next: entries.length === limit ? (entries.at(-1)?.seq ?? null) : null };
    },
  );
};
