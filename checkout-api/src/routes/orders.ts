/** What the back office may do with an order: fulfil, cancel, refund. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import { IdParams, ProblemDocument } from '../contract/common.ts';
import {
  CancellationRequest,
  OrderAnswer,
  OrderWithRefunds,
  RefundAnswer,
  RefundRequest,
} from '../contract/orders.ts';
import { IdempotencyHeaders } from '../contract/reservations.ts';
import { canonicalLines } from '../domain/lines.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import type { OrderStore, RefundRequest as Wish } from '../store/orders.ts';
import { orderView, refundView } from './views.ts';

export interface OrderRoutesOptions {
  orders: OrderStore;
  serviceToken: string;
}

export const orderRoutes: FastifyPluginAsyncTypebox<OrderRoutesOptions> = async (app, options) => {
  const { orders, serviceToken } = options;
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };
  const onRequest = requireServiceToken(serviceToken);

  async function decide(wish: Wish) {
    const answer = await orders.requestRefund(wish);
    switch (answer.verdict) {
      case 'no-such-order':
        throw problem('no-such-order');
      case 'key-reused':
        throw problem('idempotency-key-reused', 'It was used for another refund of this order.');
      case 'state':
        throw problem('order-state', 'The order does not allow this now.', { state: answer.state });
      case 'amount':
        throw problem('refund-too-large', undefined, { leftMinor: answer.leftMinor });
      case 'lines':
        throw invalidField('body.returnToSale', 'names more than was bought and has not come back');
      case 'requested':
      case 'replayed':
    }
    const refund = await orders.findRefund(answer.refundId);
    if (refund === undefined) throw new Error('a refund was decided and is not there');
    return refundView(refund);
  }

  app.get(
    '/internal/v1/orders/:id',
    {
      onRequest,
      schema: {
        summary: 'An order with its refunds',
        params: IdParams,
        response: { 200: OrderWithRefunds, ...problems },
      },
    },
    async (request) => {
      const order = await orders.find(request.params.id);
      if (order === undefined) throw problem('no-such-order');
      return { order: orderView(order), refunds: (await orders.listRefunds(order.id)).map(refundView) };
    },
  );

  app.post(
    '/internal/v1/orders/:id/fulfilment',
    {
      onRequest,
      schema: {
        summary: 'The goods have left. Again: nothing',
        params: IdParams,
        response: { 200: OrderAnswer, ...problems },
      },
    },
    async (request) => {
      const { id } = request.params;
      const moved = await orders.fulfil(id);
      const order = await orders.find(id);
      if (moved === undefined || order === undefined) throw problem('no-such-order');
      if (!moved.fulfilled && moved.state !== 'fulfilled') {
        const why = moved.refunding ? 'Money is on its way back.' : 'The order does not allow this now.';
        throw problem('order-state', why, { state: moved.state });
      }
      return orderView(order);
    },
  );

  app.post(
    '/internal/v1/orders/:id/cancellation',
    {
      onRequest,
      schema: {
        summary: 'Call an order off before its goods have left: all money back, every unit for sale again',
        params: IdParams,
        headers: IdempotencyHeaders,
        body: CancellationRequest,
        response: { 202: RefundAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const wish = {
        kind: 'cancellation' as const,
        orderId: request.params.id,
        key,
        returned: [],
        ...request.body,
      };
      return reply.code(202).send(await decide(wish));
    },
  );

  app.post(
    '/internal/v1/orders/:id/refunds',
    {
      onRequest,
      schema: {
        summary: 'Give money back, all of it or a part; units may go back on sale',
        params: IdParams,
        headers: IdempotencyHeaders,
        body: RefundRequest,
        response: { 202: RefundAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { returnToSale = [], ...body } = request.body;
      const returned = canonicalLines(returnToSale);
      if (!returned.ok)
        throw invalidField(`body.${returned.field.replace('lines', 'returnToSale')}`, returned.reason);
      const key = request.headers['idempotency-key'];
      const wish = {
        kind: 'refund' as const,
        orderId: request.params.id,
        key,
        returned: returned.lines,
        ...body,
      };
      return reply.code(202).send(await decide(wish));
    },
  );
};
