/** Stock as a table: balances out, movements in. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { stringify } from 'csv-stringify/sync';
import { Type } from 'typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { readStock } from '../acts/move-stock.ts';
import { moveStockTable } from '../acts/move-stock-table.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { MovedTableAnswer, StockTableHeaders, StockTableQuery } from '../contract/stock.ts';
import type { Reason } from '../domain/reasons.ts';
import { BALANCE_COLUMNS } from '../domain/stock-csv.ts';
import { byOperator } from '../plugins/access.ts';
import { rowsOf, takeCsv } from '../plugins/csv-body.ts';
import { EXPORTS_PER_OPERATOR } from '../rate-limits.ts';

/** Each line asks the checkout two or three times: a longer table takes longer than anybody waits. */
const LINES_MAX = 500;
const TABLE_BYTES_MAX = 128 * 1024;

export const stockTableRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (
  app,
  { plane },
) => {
  const config = { rateLimit: { ...EXPORTS_PER_OPERATOR, keyGenerator: byOperator } };
  takeCsv(app);
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/drops/:drop/stock/table',
    {
      config,
      schema: {
        summary: 'The balances of a drop as CSV; cells that a spreadsheet would run are quoted',
        params: DropParams,
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } }, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const balances = await readStock(plane, drop);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${drop}-stock.csv"`)
        .send(stringify(balances, { header: true, columns: [...BALANCE_COLUMNS], escape_formulas: true }));
    },
  );

  app.post(
    '/api/v1/drops/:drop/stock/table',
    {
      config,
      bodyLimit: TABLE_BYTES_MAX,
      schema: {
        summary: 'Move stock by CSV: sku, delta, reason; sent again under its key it counts once',
        params: DropParams,
        headers: StockTableHeaders,
        querystring: StockTableQuery,
        response: { 200: MovedTableAnswer, ...PROBLEM_ANSWERS },
      },
    },
    (request) =>
      moveStockTable(plane, {
        drop: request.params.drop,
        rows: linesOf(request.body),
        key: request.headers['idempotency-key'],
        actor: request.operator,
        isConfirmed: request.query.confirm ?? false,
      }),
  );
};

function linesOf(body: unknown): string[][] {
  const rows = rowsOf(body);
  if (rows.length > LINES_MAX + 1) {
    const reason: Reason = `must have at most ${LINES_MAX} movements`;
    throw problem('invalid-request', `body ${reason}`, { errors: [{ field: 'body', reason }] });
  }
  return rows;
}
