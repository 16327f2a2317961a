/** Who is told of events, what could not be told, and jobs that have died. Internal listener, service token. */
import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import { Type } from 'typebox';
import { IdParams, ProblemDocument } from '../contract/common.ts';
import {
  DeadJobsAnswer,
  DeliveriesAnswer,
  DeliveriesQuery,
  JobParams,
  ReplayAnswer,
  ReplayRequest,
  SecretAnswer,
  WebhookAnswer,
  WebhookChange,
  WebhookRequest,
  WebhookWithSecret,
} from '../contract/webhooks.ts';
import type { AddressGuard } from '../outbox/address-guard.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import type { EventStore } from '../store/events.ts';
import type { JobStore } from '../store/jobs.ts';
import { deadJobView, deliveryView, webhookView } from './views.ts';

export interface EventRoutesOptions {
  events: EventStore;
  jobs: JobStore;
  guard: AddressGuard;
  serviceToken: string;
}

/** Listed at most: whoever has more dead letters needs a cause, not a longer list. */
const listMax = 200;

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

export const eventRoutes: FastifyPluginAsyncTypebox<EventRoutesOptions> = async (app, options) => {
  const { events, jobs, guard, serviceToken } = options;
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };
  const onRequest = requireServiceToken(serviceToken);

  function checkUrl(text: string): void {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const refusal = url === undefined ? 'must be an address' : guard.refusal(url);
    if (refusal !== undefined) throw invalidField('body.url', refusal);
  }
  function requireKeys(): void {
    if (!events.canSeal)
      throw problem(
        'webhooks-not-set-up',
        'WEBHOOK_KEYS is not set: there is nothing to seal its secret with.',
      );
  }
  async function find(id: string) {
    const webhook = await events.find(id);
    if (webhook === undefined) throw problem('no-such-webhook');
    return webhook;
  }

  app.post(
    '/internal/v1/webhooks',
    {
      onRequest,
      schema: {
        summary: 'Tell an address of events, signed as Standard Webhooks say',
        body: WebhookRequest,
        response: { 201: WebhookWithSecret, ...problems },
      },
    },
    async (request, reply) => {
      const { url, types, drops = null } = request.body;
      checkUrl(url);
      requireKeys();
      const secret = newSecret();
      const id = await events.createWebhook({ url, types, drops, secret });
      return reply.code(201).send({ ...webhookView(await find(id)), secret });
    },
  );

  app.get(
    '/internal/v1/webhooks',
    {
      onRequest,
      schema: {
        summary: 'Who is told of events, and how they fare',
        response: { 200: Type.Object({ webhooks: Type.Array(WebhookAnswer) }), ...problems },
      },
    },
    async () => ({ webhooks: (await events.list()).map(webhookView) }),
  );

  app.patch(
    '/internal/v1/webhooks/:id',
    {
      onRequest,
      schema: {
        summary: 'Change an address, what it is told, or whether',
        params: IdParams,
        body: WebhookChange,
        response: { 200: WebhookAnswer, ...problems },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (request.body.url !== undefined) checkUrl(request.body.url);
      if (!(await events.changeWebhook(id, request.body))) throw problem('no-such-webhook');
      return webhookView(await find(id));
    },
  );

  app.delete(
    '/internal/v1/webhooks/:id',
    {
      onRequest,
      schema: {
        summary: 'Tell an address nothing any more',
        params: IdParams,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      if (!(await events.deleteWebhook(request.params.id))) throw problem('no-such-webhook');
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/internal/v1/webhooks/:id/secret',
    {
      onRequest,
      schema: { summary: 'A new secret', params: IdParams, response: { 200: SecretAnswer, ...problems } },
    },
    async (request) => {
      requireKeys();
      const secret = newSecret();
      if (!(await events.rotateSecret(request.params.id, secret))) throw problem('no-such-webhook');
      return { secret };
    },
  );

  app.get(
    '/internal/v1/webhooks/:id/deliveries',
    {
      onRequest,
      schema: {
        summary: 'Deliveries in a state, by default the dead ones; the latest first',
        params: IdParams,
        querystring: DeliveriesQuery,
        response: { 200: DeliveriesAnswer, ...problems },
      },
    },
    async (request) => {
      const { id } = await find(request.params.id);
      const deliveries = await events.listDeliveries(id, request.query.status, listMax);
      return { deliveries: deliveries.map(deliveryView) };
    },
  );

  app.post(
    '/internal/v1/webhooks/:id/replay',
    {
      onRequest,
      schema: {
        summary: 'Dead deliveries once more, with all their tries',
        params: IdParams,
        body: ReplayRequest,
        response: { 202: ReplayAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = await find(request.params.id);
      return reply.code(202).send({ replayed: await events.replay(id, request.body.events) });
    },
  );

  app.get(
    '/internal/v1/jobs/dead',
    {
      onRequest,
      schema: {
        summary: 'Jobs that have had their last try, the latest first',
        response: { 200: DeadJobsAnswer, ...problems },
      },
    },
    async () => ({ jobs: (await jobs.listDead(listMax)).map(deadJobView) }),
  );

  app.post(
    '/internal/v1/jobs/dead/:id/replay',
    {
      onRequest,
      schema: {
        summary: 'A dead job once more, with all its tries',
        params: JobParams,
        response: { 202: ReplayAnswer, ...problems },
      },
    },
    async (request, reply) => {
      if (!(await jobs.replay(request.params.id))) throw problem('no-such-job');
      return reply.code(202).send({ replayed: 1 });
    },
  );
};
