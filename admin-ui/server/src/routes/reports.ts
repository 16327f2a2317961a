/** What a drop was, and what happened to one ticket in it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { type LookUpRequest, lookUp } from '../acts/look-up.ts';
import { reportCsv, reportDrop } from '../acts/report-drop.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { LookUp, LookUpAnswer, ReportAnswer, ReportQuery } from '../contract/reports.ts';
import { byOperator } from '../plugins/access.ts';
import { LOOK_UPS_PER_OPERATOR } from '../rate-limits.ts';

export const reportRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const config = { rateLimit: { ...LOOK_UPS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/drops/:drop/report',
    {
      config,
      schema: {
        summary: 'What a drop was: peak, waits, no-shows, conversion, units sold; as JSON or CSV',
        params: DropParams,
        querystring: ReportQuery,
        response: {
          200: {
            content: { 'application/json': { schema: ReportAnswer }, 'text/csv': { schema: Type.String() } },
          },
          ...PROBLEM_ANSWERS,
        },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const report = await reportDrop(plane, drop);
      if (request.query.format !== 'csv') return reply.type('application/json; charset=utf-8').send(report);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${drop}-report.csv"`)
        .send(reportCsv(report));
    },
  );

  app.post(
    '/api/v1/drops/:drop/look-up',
    {
      config,
      schema: {
        summary: 'The story of a ticket: by itself, its public number, or the reference on the page',
        description: 'A POST, since a ticket is a secret and addresses are logged. Nothing is changed.',
        params: DropParams,
        body: LookUp,
        response: { 200: LookUpAnswer, ...PROBLEM_ANSWERS },
      },
    },
    (request) => lookUp(plane, request.params.drop, request.body as LookUpRequest),
  );
};
