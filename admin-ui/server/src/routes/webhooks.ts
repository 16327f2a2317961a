/** Webhooks: who is told of events, what could not be told, and jobs that died. Acts are audited; secrets are in no entry. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { actInCheckout, askCheckout } from '../acts/ask-checkout.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  DeadJobList,
  DeliveriesQuery,
  DeliveryList,
  JobParams,
  JobReplayRequest,
  ReplayAnswer,
  ReplayRequest,
  SecretAnswer,
  WebhookAnswer,
  WebhookChange,
  WebhookList,
  WebhookParams,
  WebhookRequest,
  WebhookWithSecret,
} from '../contract/webhooks.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

export const webhookRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  const entryOf = (
    act: string,
    request: { operator: string },
    reason: string | undefined,
    after: object,
  ) => ({
    ...{ act, drop: null, actor: request.operator, reason: reason ?? null, after },
  });

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/webhooks',
    {
      config: reading,
      schema: {
        summary: 'Who is told of events, and how they fare',
        response: { 200: WebhookList, ...PROBLEM_ANSWERS },
      },
    },
    () => askCheckout(plane, ({ webhooks }) => webhooks.list()),
  );

  app.post(
    '/api/v1/webhooks',
    {
      config: acting,
      schema: {
        summary: 'Have an address told of events; its signing secret is in the answer, this once',
        body: WebhookRequest,
        response: { 201: WebhookWithSecret, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason, ...webhook } = request.body;
      const made = await actInCheckout(
        plane,
        entryOf('webhook.create', request, reason, webhook),
        ({ webhooks }) => webhooks.create(webhook),
        { told: ({ id }) => ({ webhook: id }), isRepeatable: false },
      );
      return reply.code(201).send(made);
    },
  );

  app.patch(
    '/api/v1/webhooks/:webhook',
    {
      config: acting,
      schema: {
        summary: 'Change an address, what it is told, or whether',
        params: WebhookParams,
        body: WebhookChange,
        response: { 200: WebhookAnswer, ...PROBLEM_ANSWERS },
      },
    },
    (request) => {
      const { webhook } = request.params;
      const { reason, ...change } = request.body;
      return actInCheckout(
        plane,
        entryOf('webhook.change', request, reason, { webhook, ...change }),
        ({ webhooks }) => webhooks.change(webhook, change),
      );
    },
  );

  app.delete(
    '/api/v1/webhooks/:webhook',
    {
      config: acting,
      schema: {
        summary: 'Tell an address nothing any more',
        params: WebhookParams,
        response: { 204: Type.Null(), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { webhook } = request.params;
      await actInCheckout(
        plane,
        entryOf('webhook.delete', request, undefined, { webhook }),
        ({ webhooks }) => webhooks.remove(webhook),
        { isRepeatable: false },
      );
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/webhooks/:webhook/secret',
    {
      config: acting,
      schema: {
        summary: 'A new signing secret, told this once; the old one signs too for a day',
        params: WebhookParams,
        body: JobReplayRequest,
        response: { 200: SecretAnswer, ...PROBLEM_ANSWERS },
      },
    },
    (request) => {
      const { webhook } = request.params;
      return actInCheckout(
        plane,
        entryOf('webhook.rotate', request, request.body.reason, { webhook }),
        ({ webhooks }) => webhooks.rotate(webhook),
        { isRepeatable: false },
      );
    },
  );

  app.get(
    '/api/v1/webhooks/:webhook/deliveries',
    {
      config: reading,
      schema: {
        summary: 'Deliveries in a state, by default the dead ones; the latest 200',
        params: WebhookParams,
        querystring: DeliveriesQuery,
        response: { 200: DeliveryList, ...PROBLEM_ANSWERS },
      },
    },
    (request) =>
      askCheckout(plane, ({ webhooks }) =>
        webhooks.deliveries(request.params.webhook, request.query.status ?? 'dead'),
      ),
  );

  app.post(
    '/api/v1/webhooks/:webhook/replay',
    {
      config: acting,
      schema: {
        summary: 'Dead deliveries once more, with all their tries',
        params: WebhookParams,
        body: ReplayRequest,
        response: { 202: ReplayAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { webhook } = request.params;
      const { events, reason } = request.body;
      const replay = await actInCheckout(
        plane,
        entryOf('webhook.replay', request, reason, { webhook, events: events ?? 'all' }),
        ({ webhooks }) => webhooks.replay(webhook, events),
        { told: ({ replayed }) => ({ replayed }) },
      );
      return reply.code(202).send(replay);
    },
  );

  app.get(
    '/api/v1/dead-jobs',
    {
      config: reading,
      schema: {
        summary: 'Jobs of the checkout that have had their last try; the latest 200',
        response: { 200: DeadJobList, ...PROBLEM_ANSWERS },
      },
    },
    () => askCheckout(plane, ({ webhooks }) => webhooks.deadJobs()),
  );

  app.post(
    '/api/v1/dead-jobs/:job/replay',
    {
      config: acting,
      schema: {
        summary: 'A dead job once more, with all its tries',
        params: JobParams,
        body: JobReplayRequest,
        response: { 202: ReplayAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { job } = request.params;
      const replay = await actInCheckout(
        plane,
        entryOf('job.replay', request, request.body.reason, { job }),
        ({ webhooks }) => webhooks.replayJob(job),
        { isRepeatable: false },
      );
      return reply.code(202).send(replay);
    },
  );
};
