/** What everyone may read about a drop: pulse, products, and the keys that tokens are verified by. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { JwksAnswer, PulseAnswer } from '../contract/public.ts';
import { PULSE_CACHE_CONTROL } from '../plugins/pulse-server.ts';
import { type Room, viewOf } from '../plugins/room.ts';
import type { RoomCounters } from '../plugins/room-metrics.ts';
import { KEYS_PER_ADDRESS, READS_PER_ADDRESS } from '../rate-limits.ts';

/** Verifiers keep keys for minutes; a new key is published long before it signs. */
const MINUTES = 'public, max-age=300, stale-while-revalidate=3600';

interface Options {
  readonly room: Room;
  readonly counters: RoomCounters;
}

/** For bodies that are bytes already; problem documents are serialized by the error handler's own schema. */
const asItIs = () => JSON.stringify;

export const publicRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { room, counters }) => {
  // Answered before the router (pulse-server.ts) but for odd spellings of the address and callers over their limit.
  app.get(
    '/v1/drops/:drop/pulse',
    {
      config: { rateLimit: false },
      schema: {
        summary: 'The public picture of a drop, the same for everybody, new every second',
        params: DropParams,
        response: { 200: PulseAnswer, '4xx': ProblemDocument },
      },
      serializerCompiler: asItIs,
    },
    async (request, reply) => {
      const { pulse } = viewOf(room, request.params.drop);
      if (!room.admitReader(request.raw)) {
        counters.pulse('limited');
        throw problem('rate-limited', 'Read the pulse as often as it says (pollAfterMs).', {
          retryAfterSeconds: 60,
        });
      }
      return reply
        .header('cache-control', PULSE_CACHE_CONTROL)
        .header('etag', pulse.etag)
        .header('access-control-allow-origin', '*')
        .type('application/json; charset=utf-8')
        .send(pulse.body as never);
    },
  );

  app.get(
    '/v1/drops/:drop/products',
    {
      config: { rateLimit: READS_PER_ADDRESS },
      schema: {
        summary: 'Public stock picture, at most seconds old',
        params: DropParams,
        response: { 200: Type.Any({ description: 'As the checkout wrote it' }), '4xx': ProblemDocument },
      },
      serializerCompiler: asItIs,
    },
    async (request, reply) => {
      const { products } = viewOf(room, request.params.drop);
      if (!products)
        throw problem('no-stock-picture', 'The checkout has not published its stock in the last 30 seconds.');
      return reply
        .header('cache-control', PULSE_CACHE_CONTROL)
        .header('access-control-allow-origin', '*')
        .type('application/json; charset=utf-8')
        .send(products);
    },
  );

  app.get(
    '/.well-known/jwks.json',
    {
      config: { rateLimit: KEYS_PER_ADDRESS },
      schema: {
        summary: 'Public keys of admission tokens',
        response: { 200: JwksAnswer, '4xx': ProblemDocument },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', MINUTES).header('access-control-allow-origin', '*');
      return room.signingKeys.jwks;
    },
  );
};
