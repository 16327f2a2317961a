/** Orders: found, told, taken away, refunded, called off, marked as sent. */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cancelOrder, fulfilOrder, refundOrder } from '../acts/change-order.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { exportOrders, readOrder, searchOrders } from '../acts/find-orders.ts';
import { ordersCsv, ordersJsonLines } from '../acts/write-orders.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  CancellationRequest,
  FoundOrder,
  FulfilmentRequest,
  MoneyHeaders,
  OrderExportQuery,
  OrderList,
  OrderListQuery,
  OrderParams,
  OrderStory,
  RefundAnswer,
  RefundRequest,
} from '../contract/orders.ts';
import { byOperator, visibleDrops } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, EXPORTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

export const orderRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  const taking = { rateLimit: { ...EXPORTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/orders',
    {
      config: reading,
      schema: {
        summary: 'Orders that fit everything that is asked for, of the drops one may see; the latest first',
        querystring: OrderListQuery,
        response: { 200: OrderList, ...PROBLEM_ANSWERS },
      },
    },
    (request) => searchOrders(plane, request.query, visibleDrops(request)),
  );

  app.get(
    '/api/v1/orders/export',
    {
      config: taking,
      schema: {
        summary: 'The same, all of them, as CSV or JSON Lines; an entry in the audit log',
        querystring: OrderExportQuery,
      },
    },
    async (request, reply) => {
      const { format = 'csv', ...query } = request.query;
      const pages = await exportOrders(plane, query, visibleDrops(request));
      await plane.audit.record({
        ...{ act: 'orders.export', drop: query.drop ?? null, actor: request.operator, reason: null },
        ...{ before: null, after: { format, ...query } },
      });
      const lines = format === 'csv' ? ordersCsv(pages) : ordersJsonLines(pages);
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
        .header('content-disposition', `attachment; filename="orders.${format}"`)
        .send(Readable.from(lines));
    },
  );

  app.get(
    '/api/v1/orders/:order',
    {
      config: reading,
      schema: {
        summary: 'An order with its holds, payments, refunds, and who was told',
        params: OrderParams,
        response: { 200: OrderStory, ...PROBLEM_ANSWERS },
      },
    },
    (request) => readOrder(plane, request.params.order, visibleDrops(request)),
  );

  app.post(
    '/api/v1/orders/:order/refunds',
    {
      config: acting,
      schema: {
        summary: 'Give money back, all that is left or a part; asks for a confirmation',
        params: OrderParams,
        headers: MoneyHeaders,
        body: RefundRequest,
        response: { 202: RefundAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { confirm = false, ...wish } = request.body;
      const refund = await refundOrder(plane, {
        ...wish,
        ...{ id: request.params.order, visible: visibleDrops(request), actor: request.operator },
        ...{ key: request.headers['idempotency-key'], isConfirmed: confirm },
      });
      return reply.code(202).send(refund);
    },
  );

  app.post(
    '/api/v1/orders/:order/cancellation',
    {
      config: acting,
      schema: {
        summary: 'Call an order off before its goods have left; asks for a confirmation',
        params: OrderParams,
        headers: MoneyHeaders,
        body: CancellationRequest,
        response: { 202: RefundAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { confirm = false, reason } = request.body;
      const refund = await cancelOrder(plane, {
        ...{ id: request.params.order, visible: visibleDrops(request), actor: request.operator },
        ...{ key: request.headers['idempotency-key'], reason, isConfirmed: confirm },
      });
      return reply.code(202).send(refund);
    },
  );

  app.post(
    '/api/v1/orders/:order/fulfilment',
    {
      config: acting,
      schema: {
        summary: 'The goods have left. Again: nothing',
        params: OrderParams,
        body: FulfilmentRequest,
        response: { 200: FoundOrder, ...PROBLEM_ANSWERS },
      },
    },
    (request) =>
      fulfilOrder(plane, {
        ...{ id: request.params.order, visible: visibleDrops(request), actor: request.operator },
        reason: request.body.reason ?? null,
      }),
  );
};
