/** Paying a reservation, and the order that comes of it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { sessionOf } from '../admission/gate.ts';
import { IdParams, ProblemDocument } from '../contract/common.ts';
import { OrderAnswer } from '../contract/orders.ts';
import { PaidAnswer, PaymentRequest, PendingAnswer } from '../contract/reservations.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { receiptLanguage } from '../plugins/receipt-language.ts';
import { CALLS_PER_SESSION } from '../rate-limits.ts';
import { orderView } from './views.ts';

/** When to ask again about a payment whose outcome is open. */
const retryAfterMs = 1000;
/** The breaker's pause: sooner nobody is let through. */
const unavailableSeconds = 5;

export const paymentRoutes: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (app, { checkout }) => {
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };

  app.post(
    '/v1/reservations/:id/payment',
    {
      config: { rateLimit: CALLS_PER_SESSION },
      schema: {
        summary: 'Pay a held reservation',
        description:
          'Asking twice pays once. 202: the outcome is not known yet and the hold does not run out meanwhile.',
        params: IdParams,
        body: PaymentRequest,
        response: { 200: PaidAnswer, 202: PendingAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { method, receiptTo } = request.body;
      const offered = isRehearsal(session.drop)
        ? [...checkout.paymentProviders, checkout.rehearsalProvider]
        : checkout.paymentProviders;
      if (!offered.some((provider) => provider.accepts(method))) {
        const known = offered.flatMap((provider) => provider.methods).join(', ');
        throw problem('unknown-payment-method', undefined, {
          errors: [{ field: 'body.method', reason: `must be one of ${known}` }],
        });
      }
      if (receiptTo !== undefined && !isRehearsal(session.drop)) {
        // Before any money is taken: whoever set the shop up should hear of it, not a shopper afterwards.
        if (checkout.receipts === null)
          throw problem('invalid-request', 'body.receiptTo is not possible here', {
            errors: [{ field: 'body.receiptTo', reason: 'this installation sends no e-mails' }],
          });
        const lang = receiptLanguage(request.headers['accept-language']);
        await checkout.receipts.wish(session, request.params.id, receiptTo, lang);
      }
      reply.header('cache-control', 'no-store');
      const answer = await checkout.payments.pay(session, request.params.id, method);
      switch (answer.verdict) {
        case 'paid': {
          const order = await checkout.orders.findOwn(session, answer.reservation.orderId ?? '');
          if (order === undefined) throw new Error('a paid reservation without its order');
          return reply.code(200).send({ status: 'paid', order: orderView(order) });
        }
        case 'processing':
          return reply
            .code(202)
            .header('retry-after', Math.ceil(retryAfterMs / 1000))
            .send({ status: 'processing', retryAfterMs });
        case 'requires_action':
          return reply.code(202).send({ status: 'requires_action', action: answer.action, retryAfterMs });
        case 'paid-too-late':
          throw problem('paid-too-late', 'Nothing is left to be paid for; the money goes back.', {
            refund: answer.refund,
          });
        case 'declined':
          throw problem('declined', 'The hold stays until it runs out; try again or use another method.', {
            reason: answer.reason,
          });
        case 'provider-unavailable':
          throw problem(
            'payment-unavailable',
            'No money was taken and the hold stays. Try again in a moment.',
            { retryAfterSeconds: unavailableSeconds },
          );
        case 'not-held':
          throw problem('reservation-not-held', undefined, { state: answer.status });
        case 'not-found':
          throw problem('no-such-reservation');
      }
    },
  );

  app.get(
    '/v1/orders/:id',
    {
      config: { rateLimit: CALLS_PER_SESSION },
      schema: { summary: 'An order', params: IdParams, response: { 200: OrderAnswer, ...problems } },
    },
    async (request, reply) => {
      const order = await checkout.orders.findOwn(sessionOf(request), request.params.id);
      if (order === undefined) throw problem('no-such-order');
      return reply.header('cache-control', 'no-store').send(orderView(order));
    },
  );
};
