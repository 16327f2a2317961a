/** Drops as a file: taken out, planned, applied; and products as a table. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { stringify } from 'csv-stringify/sync';
import { type Static, Type } from 'typebox';
import { applyDrops } from '../acts/apply-drops.ts';
import type { SeriesRequest } from '../acts/change-series.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { exportDrops } from '../acts/export-drops.ts';
import { type DropInFile, type PlanFile, planDrops } from '../acts/plan-drops.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { DropCreation } from '../contract/drops.ts';
import { ApplyAnswer, ApplyQuery, DropFile, PlanAnswer } from '../contract/drops-as-code.ts';
import { readDanger } from '../domain/dangers.ts';
import type { FieldFault } from '../domain/fault.ts';
import { PRODUCT_COLUMNS, readProductRows } from '../domain/product-csv.ts';
import { readRefusal } from '../domain/refusals.ts';
import { byOperator } from '../plugins/access.ts';
import { rowsOf, takeCsv } from '../plugins/csv-body.ts';
import { takeYaml } from '../plugins/yaml-body.ts';
import { ACTS_PER_OPERATOR, EXPORTS_PER_OPERATOR } from '../rate-limits.ts';

/** A season of drops with their products. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

export const dropsAsCodeRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (
  app,
  { plane },
) => {
  const exporting = { rateLimit: { ...EXPORTS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  takeYaml(app);
  takeCsv(app);
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/export',
    {
      config: exporting,
      schema: {
        summary: 'All drops as YAML, which planned again changes nothing',
        response: { 200: { content: { 'application/yaml': { schema: Type.String() } } }, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) =>
      reply
        .type('application/yaml; charset=utf-8')
        .header('content-disposition', 'attachment; filename="drops.yaml"')
        .send(await exportDrops(plane, request.principal?.drops ?? null)),
  );

  app.post(
    '/api/v1/plan',
    {
      config: acting,
      bodyLimit: FILE_BYTES_MAX,
      schema: {
        summary: 'What a file of drops (YAML or JSON) would change; nothing is changed',
        body: DropFile,
        response: { 200: PlanAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => answerOf(await planDrops(plane, fileOf(request.body))),
  );

  app.post(
    '/api/v1/apply',
    {
      config: acting,
      bodyLimit: FILE_BYTES_MAX,
      schema: {
        summary: 'Make the drops what the file says: all of it, or nothing when any of it is refused',
        querystring: ApplyQuery,
        body: DropFile,
        response: { 200: ApplyAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { digest, confirm = false } = request.query;
      const who = { actor: request.operator, reason: null };
      const done = await applyDrops(plane, fileOf(request.body), {
        ...who,
        digest,
        isConfirmed: confirm,
      });
      return { ...answerOf(done), applied: done.applied, codes: done.codes };
    },
  );

  app.get(
    '/api/v1/drops/:drop/products',
    {
      config: exporting,
      schema: {
        summary: 'The products of a drop as CSV; cells that a spreadsheet would run are quoted',
        params: DropParams,
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } }, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop: id } = request.params;
      const drop = await plane.drops.find(id);
      if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${id}-products.csv"`)
        .send(
          stringify([...drop.products], {
            header: true,
            columns: [...PRODUCT_COLUMNS],
            escape_formulas: true,
          }),
        );
    },
  );

  app.post(
    '/api/v1/products',
    {
      config: acting,
      bodyLimit: FILE_BYTES_MAX,
      schema: {
        summary: 'Products from CSV, checked, as a new drop takes them; nothing is kept',
        response: { 200: Type.Object({ products: DropCreation.properties.products }), ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { products, faults } = readProductRows(rowsOf(request.body));
      if (faults.length > 0)
        throw invalid(
          faults.map(({ path, reason }) => ({ field: `line${path.replaceAll('/', '.')}`, reason })),
        );
      return { products };
    },
  );
};

const fileOf = ({ drops, series = [] }: Static<typeof DropFile>): PlanFile => ({
  drops: drops as DropInFile[],
  series: series as SeriesRequest[],
});

function answerOf({ digest, summary, changes, series }: Awaited<ReturnType<typeof planDrops>>) {
  return {
    digest,
    summary,
    changes: changes.map((one) => ({
      ...one,
      fields: one.fields.map((field) => ({ ...field })),
      dangers: [...one.dangers],
      dangerCodes: one.dangers.map((text) => readDanger(text) ?? null),
      ...refusalsOf(one.refusals),
    })),
    series: series.map((one) => ({
      ...one,
      fields: one.fields.map((field) => ({ ...field })),
      ...refusalsOf(one.refusals),
    })),
  };
}

const refusalsOf = (refusals: readonly string[]) => ({
  refusals: [...refusals],
  refusalCodes: refusals.map(readRefusal),
});

function invalid(errors: FieldFault[]) {
  return problem('invalid-request', `${errors[0]?.field} ${errors[0]?.reason}`, { errors });
}
