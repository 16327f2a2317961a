/** Moving stock and reading its ledger. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import {
  BalanceAnswer,
  BalancesAnswer,
  MovementHeaders,
  MovementsAnswer,
  MovementsQuery,
  SkuParams,
  StockMovementAnswer,
  StockMovementRequest,
  StockTotalHeaders,
  StockTotalRequest,
} from '../contract/stock.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import type { Balance, StockMovement, StockStore } from '../store/stock.ts';

export interface StockRoutesOptions {
  stock: StockStore;
  serviceToken: string;
}

const movementView = ({ at, ...movement }: StockMovement) => ({ ...movement, at: at.toISOString() });

const notEnough = (available: number) =>
  problem('not-enough-stock', 'What is held or sold can not be withdrawn.', { available });

export const stockRoutes: FastifyPluginAsyncTypebox<StockRoutesOptions> = async (app, options) => {
  const { stock, serviceToken } = options;
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };
  const onRequest = requireServiceToken(serviceToken);

  async function balanceOf(drop: string, sku: string): Promise<Balance> {
    const products = await stock.list(drop);
    if (products === undefined) throw problem('no-such-drop');
    const balance = products.find((product) => product.sku === sku);
    if (balance === undefined) throw problem('no-such-sku');
    return balance;
  }

  app.get(
    '/internal/v1/drops/:drop/stock',
    {
      onRequest,
      schema: {
        summary: 'The balances of a drop',
        params: DropParams,
        response: { 200: BalancesAnswer, ...problems },
      },
    },
    async (request) => {
      const { drop } = request.params;
      const products = await stock.list(drop);
      if (products === undefined) throw problem('no-such-drop');
      return { drop, products };
    },
  );

  app.get(
    '/internal/v1/drops/:drop/stock/:sku',
    {
      onRequest,
      schema: {
        summary: 'The balance of a SKU; its ETag changes with movements and not with sales',
        params: SkuParams,
        response: { 200: BalanceAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const balance = await balanceOf(request.params.drop, request.params.sku);
      return reply.header('etag', `"${balance.ledger}"`).send(balance);
    },
  );

  app.post(
    '/internal/v1/drops/:drop/stock-movements',
    {
      onRequest,
      schema: {
        summary: 'Put stock in or take it out',
        params: DropParams,
        headers: MovementHeaders,
        body: StockMovementRequest,
        response: { 201: StockMovementAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const { sku, delta } = request.body;
      if (delta === 0) throw invalidField('body.delta', 'must not be 0');
      const key = request.headers['idempotency-key'] ?? null;
      const outcome = await stock.change({ drop, key, ...request.body });
      switch (outcome.verdict) {
        case 'moved':
        case 'replayed':
          if (outcome.verdict === 'replayed') reply.header('idempotent-replayed', 'true');
          return reply.code(201).send({ ...movementView(outcome.movement), drop, sku });
        case 'not-enough-stock':
          throw notEnough(outcome.available);
        case 'key-reused':
          throw problem('idempotency-key-reused', 'It was another movement. Use a new key for a new one.');
        case 'no-such-sku':
          throw problem('no-such-sku');
        case 'unchanged':
        case 'changed':
          throw new Error('a movement by a difference depends on no earlier balance');
      }
    },
  );

  app.put(
    '/internal/v1/drops/:drop/stock/:sku',
    {
      onRequest,
      schema: {
        summary:
          'Set how much was put in altogether, if nobody has moved stock since the balance of If-Match',
        params: SkuParams,
        headers: StockTotalHeaders,
        body: StockTotalRequest,
        response: { 200: BalanceAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { drop, sku } = request.params;
      const match = request.headers['if-match'];
      if (match === undefined)
        throw problem('precondition-required', 'Send If-Match with the ETag of the balance you have read.');
      const after = Number(match.slice(1, -1));
      const outcome = await stock.change({ drop, sku, after, ...request.body });
      if (outcome.verdict === 'no-such-sku') throw problem('no-such-sku');
      if (outcome.verdict === 'not-enough-stock') throw notEnough(outcome.available);
      if (outcome.verdict === 'changed')
        throw problem('stock-changed', `Its last movement is ${outcome.ledger} now. Read it again.`, {
          total: outcome.total,
        });
      const balance = await balanceOf(drop, sku);
      return reply.header('etag', `"${balance.ledger}"`).send(balance);
    },
  );

  app.get(
    '/internal/v1/drops/:drop/stock/:sku/movements',
    {
      onRequest,
      schema: {
        summary: 'The ledger of a SKU, newest first',
        params: SkuParams,
        querystring: MovementsQuery,
        response: { 200: MovementsAnswer, ...problems },
      },
    },
    async (request) => {
      const { drop, sku } = request.params;
      const { before = null, limit } = request.query;
      await balanceOf(drop, sku);
      const movements = await stock.listMovements(drop, sku, before, limit);
      return { drop, sku, movements: movements.map(movementView) };
    },
  );
};
