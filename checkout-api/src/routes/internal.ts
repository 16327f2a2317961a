/** Setting a drop up. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { requireServiceToken } from '@sluice/service-kit';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { DropSetupRequest } from '../contract/internal.ts';
import { BalancesAnswer } from '../contract/stock.ts';
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
};
