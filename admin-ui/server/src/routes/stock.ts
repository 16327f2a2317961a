/** Stock of a drop: balances, and movements with a reason. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { moveStock, readStock } from '../acts/move-stock.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  StockAnswer,
  StockMovementAnswer,
  StockMovementHeaders,
  StockMovementRequest,
} from '../contract/stock.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

export const stockRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  app.get(
    '/api/v1/drops/:drop/stock',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: "The balances of a drop, from the checkout's ledger",
        params: DropParams,
        response: { 200: StockAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      reply.header('cache-control', 'no-store');
      return { drop, products: [...(await readStock(plane, drop))] };
    },
  );

  app.post(
    '/api/v1/drops/:drop/stock',
    {
      config: { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'Put stock in or take it out; never more than is available',
        params: DropParams,
        headers: StockMovementHeaders,
        body: StockMovementRequest,
        response: { 201: StockMovementAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const { confirm = false, ...movement } = request.body;
      const done = await moveStock(plane, {
        ...{ drop, ...movement },
        key: request.headers['idempotency-key'] ?? null,
        actor: request.operator,
        isConfirmed: confirm,
      });
      return reply.code(201).send(done);
    },
  );
};
