/** Access codes and the bypass list of a drop. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { stringify } from 'csv-stringify/sync';
import { Type } from 'typebox';
import { type CodesRequest, makeCodes, revokeCodes, tellBatch, tellCodes } from '../acts/access-codes.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  CodeBatchParams,
  CodesAnswer,
  CodesMaking,
  CodesQuery,
  CodesRevoking,
  MadeCodesAnswer,
} from '../contract/drop-access.ts';
import { byOperator } from '../plugins/access.ts';
import { sendVersion, versionAsked } from '../plugins/if-match.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

export const accessCodeRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (
  app,
  { plane },
) => {
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/drops/:drop/codes',
    {
      config: reading,
      schema: {
        summary: 'Access codes and bypass list: for whom, how often used; never the codes',
        params: DropParams,
        response: { 200: CodesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const drop = await plane.drops.find(request.params.drop);
      if (!drop) throw problem('no-such-drop', `No drop has the id "${request.params.drop}".`);
      sendVersion(reply, drop);
      return tellCodes(plane, drop);
    },
  );

  app.post(
    '/api/v1/drops/:drop/codes',
    {
      config: acting,
      schema: {
        summary: 'Make codes: told in this answer and never again',
        params: DropParams,
        querystring: CodesQuery,
        body: CodesMaking,
        response: {
          201: {
            content: {
              'application/json': { schema: MadeCodesAnswer },
              'text/csv': { schema: Type.String() },
            },
          },
          ...PROBLEM_ANSWERS,
        },
      },
    },
    async (request, reply) => {
      const { reason = null, ...asked } = request.body;
      const { drop, batch, codes } = await makeCodes(plane, asked as CodesRequest, {
        ...{ drop: request.params.drop, actor: request.operator, reason },
        ifVersion: versionAsked(request),
      });
      sendVersion(reply, drop);
      reply.code(201);
      if (request.query.format !== 'csv') return reply.send({ ...tellBatch(batch, 0), codes });
      const rows = codes.map((code) => ({ code, label: batch.label, usesMax: batch.usesMax }));
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${drop.id}-codes-${batch.number}.csv"`)
        .send(stringify(rows, { header: true, escape_formulas: true }));
    },
  );

  app.post(
    '/api/v1/drops/:drop/codes/:batch/revocation',
    {
      config: acting,
      schema: {
        summary: 'Withdraw codes: nobody joins by them any more; who is in line stays',
        params: CodeBatchParams,
        body: CodesRevoking,
        response: { 200: CodesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason = null } = request.body;
      const drop = await revokeCodes(plane, request.params.batch, {
        ...{ drop: request.params.drop, actor: request.operator, reason },
        ifVersion: versionAsked(request),
      });
      sendVersion(reply, drop);
      return tellCodes(plane, drop);
    },
  );
};
