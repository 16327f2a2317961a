/** What the control plane may do: set drops up, move stock, read balances. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import {
  BalancesAnswer,
  DropSetupRequest,
  StockMovementAnswer,
  StockMovementRequest,
} from '../contract/internal.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import type { StockStore } from '../store/stock.ts';

export interface InternalRoutesOptions {
  stock: StockStore;
  serviceToken: string;
}

export const internalRoutes: FastifyPluginAsyncTypebox<InternalRoutesOptions> = async (app, options) => {
  const { stock, serviceToken } = options;
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };
  const onRequest = requireServiceToken(serviceToken);

  app.put(
    '/internal/v1/drops/:drop',
    {
      onRequest,
      schema: {
        summary: 'Create a drop, or change everything about it but the stock of the SKUs it has',
        params: DropParams,
        body: DropSetupRequest,
        response: { 200: BalancesAnswer, ...problems },
      },
    },
    async (request) => {
      const { drop } = request.params;
      const { closesAt, ...setup } = request.body;
      const skus = setup.products.map(({ sku }) => sku);
      const twice = skus.findIndex((sku, at) => skus.indexOf(sku) < at);
      if (twice >= 0) throw invalidField(`body.products.${twice}.sku`, `${skus[twice]} is stated twice`);
      await stock.putDrop(drop, { ...setup, closesAt: closesAt ? new Date(closesAt) : null });
      return { drop, products: (await stock.list(drop)) ?? [] };
    },
  );

  app.post(
    '/internal/v1/drops/:drop/stock-movements',
    {
      onRequest,
      schema: {
        summary: 'Put stock in or take it out',
        params: DropParams,
        body: StockMovementRequest,
        response: { 201: StockMovementAnswer, ...problems },
      },
    },
    async (request, reply) => {
      if (request.body.delta === 0) throw invalidField('body.delta', 'must not be 0');
      const movement = await stock.move({ drop: request.params.drop, ...request.body });
      if (movement === 'no-such-sku') throw problem('no-such-sku');
      if (movement === 'not-enough-stock')
        throw problem('not-enough-stock', 'What is held or sold can not be withdrawn.');
      return reply.code(201).send({ ...movement, at: movement.at.toISOString() });
    },
  );

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
};
