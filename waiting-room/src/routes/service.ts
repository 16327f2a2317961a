/** What the checkout tells the room: sessions that ended, and what it can carry. Service token only. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { requireServiceToken } from '@sluice/service-kit';
import { Type } from 'typebox';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { CapacityBody, ProductsBody, SessionsEndedBody } from '../contract/service.ts';
import { type Room, viewOf } from '../plugins/room.ts';
import { SERVICE_PER_ADDRESS } from '../rate-limits.ts';

export const serviceRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  const preHandler = requireServiceToken(room.serviceToken);
  const answers = { 204: Type.Null(), '4xx': ProblemDocument, 503: ProblemDocument };

  app.post(
    '/v1/drops/:drop/sessions/ended',
    {
      preHandler,
      config: { rateLimit: SERVICE_PER_ADDRESS },
      schema: {
        summary: 'Checkout sessions that ended',
        params: DropParams,
        body: SessionsEndedBody,
        response: answers,
      },
    },
    async (request, reply) => {
      const { drop } = viewOf(room, request.params.drop);
      await room.queue.endSessions(drop, request.body.sessions);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/v1/drops/:drop/capacity',
    {
      preHandler,
      config: { rateLimit: SERVICE_PER_ADDRESS },
      schema: {
        summary: 'What the checkout can carry',
        params: DropParams,
        body: CapacityBody,
        response: answers,
      },
    },
    async (request, reply) => {
      const { drop } = viewOf(room, request.params.drop);
      // A report that arrives late is simply older than what is known: nothing to tell the sender.
      await room.queue.reportCapacity(drop, request.body);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/v1/drops/:drop/products',
    {
      preHandler,
      config: { rateLimit: SERVICE_PER_ADDRESS },
      schema: {
        summary:
          'The public stock picture of a checkout that is not Sluice’s own; gone after 30 s without another',
        params: DropParams,
        body: ProductsBody,
        response: answers,
      },
    },
    async (request, reply) => {
      const { drop } = viewOf(room, request.params.drop);
      await room.queue.publishStock(drop, request.body);
      return reply.code(204).send(null);
    },
  );
};
