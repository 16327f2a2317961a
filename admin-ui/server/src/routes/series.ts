/** Drops that recur: series made, read, changed from an occurrence on, ended. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  changeSeries,
  createSeries,
  endSeries,
  type PlanRequest,
  requireSeries,
  type SeriesRequest,
} from '../acts/change-series.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { tellRule, tellSeries } from '../acts/tell-series.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  EditedSeriesAnswer,
  SeriesAnswer,
  SeriesCreation,
  SeriesEdit,
  SeriesEnd,
  SeriesList,
  SeriesParams,
} from '../contract/series.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

/** As for a drop. */
const CREATION_BYTES_MAX = 512 * 1024;

export const seriesRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.post(
    '/api/v1/series',
    {
      config: acting,
      bodyLimit: CREATION_BYTES_MAX,
      schema: {
        summary: 'Drops that recur by a rule of RFC 5545; each is a drop of its own, made days ahead',
        body: SeriesCreation,
        response: { 201: SeriesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason = null, ...asked } = request.body;
      const series = await createSeries(plane, asked as SeriesRequest, { actor: request.operator, reason });
      return reply
        .code(201)
        .header('location', `/api/v1/series/${series.id}`)
        .send(await tellSeries(plane, series));
    },
  );

  app.get(
    '/api/v1/series',
    { config: reading, schema: { summary: 'All series', response: { 200: SeriesList, ...PROBLEM_ANSWERS } } },
    async () => ({ series: (await plane.series.list()).map(tellRule) }),
  );

  app.get(
    '/api/v1/series/:series',
    {
      config: reading,
      schema: {
        summary: 'A series, and the drops that come next',
        params: SeriesParams,
        response: { 200: SeriesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => tellSeries(plane, await requireSeries(plane, request.params.series)),
  );

  app.patch(
    '/api/v1/series/:series',
    {
      config: acting,
      bodyLimit: CREATION_BYTES_MAX,
      schema: {
        summary: 'Change an occurrence and all later ones; those edited alone stay as they are',
        params: SeriesParams,
        body: SeriesEdit,
        response: { 200: EditedSeriesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { reason = null, from = null, ...asked } = request.body;
      const { series, changed, left } = await changeSeries(plane, {
        ...{ series: request.params.series, from, actor: request.operator, reason },
        request: asked as PlanRequest,
      });
      return { ...(await tellSeries(plane, series)), changed, left };
    },
  );

  app.post(
    '/api/v1/series/:series/end',
    {
      config: acting,
      schema: {
        summary: 'Make no more drops of it; those that are there stay',
        params: SeriesParams,
        body: SeriesEnd,
        response: { 200: SeriesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { reason = null } = request.body;
      const { series } = request.params;
      await endSeries(plane, series, { actor: request.operator, reason });
      return tellSeries(plane, await requireSeries(plane, series));
    },
  );
};
