/**
 * What payment providers tell us. Nobody is admitted here by the room: the signature over the raw body is the admission.
 * A message is acknowledged when it is durable, and worked off by a job.
 */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { ProblemDocument } from '../contract/common.ts';
import { ProviderParams } from '../contract/webhooks.ts';
import { WebhookRefusedError } from '../payments/provider.ts';
import type { Checkout } from '../plugins/checkout.ts';
import { WEBHOOKS_PER_ADDRESS } from '../rate-limits.ts';

/** The largest object of Stripe's is some 100 KB. */
const bodyLimit = 256 * 1024;

export const webhookRoute: FastifyPluginAsyncTypebox<{ checkout: Checkout }> = async (app, { checkout }) => {
  // The signature is over the bytes as they came, whatever they say they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post(
    '/v1/webhooks/:provider',
    {
      bodyLimit,
      config: { rateLimit: WEBHOOKS_PER_ADDRESS },
      schema: {
        summary: 'A signed message of a payment provider',
        params: ProviderParams,
        response: { 200: Type.Object({}), '4xx': ProblemDocument, '5xx': ProblemDocument },
      },
    },
    async (request) => {
      const name = request.params.provider;
      const provider = checkout.paymentProviders.find((one) => one.name === name);
      const outcome = (result: string) =>
        checkout.metrics.providerEvents.inc({ provider: provider?.name ?? 'unknown', outcome: result });
      const refuse = (reason: string) => {
        outcome('refused');
        return problem('webhook-refused', undefined, { reason });
      };
      if (provider === undefined) throw refuse('unknown-provider');
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      try {
        const event = provider.readEvent(body, request.headers);
        const isNew = await checkout.providerEvents.receive(name, event, body);
        outcome(isNew ? 'received' : 'repeated');
      } catch (error) {
        throw error instanceof WebhookRefusedError ? refuse(error.reason) : error;
      }
      return {};
    },
  );
};
