/** What everyone may read about a drop: pulse, products, and the keys that tokens are verified by. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { JwksAnswer, PulseAnswer, RevocationsAnswer } from '../contract/public.ts';
import { PULSE_CACHE_CONTROL } from '../plugins/pulse-server.ts';
import { type Room, viewOf } from '../plugins/room.ts';
import type { RoomCounters } from '../plugins/room-metrics.ts';
import { KEYS_PER_ADDRESS, READS_PER_ADDRESS } from '../rate-limits.ts';

/** A cache in between keeps the list so long: a part of the 5 s in which a revocation is known everywhere (ADR 0126). */
const REVOCATIONS_CACHED_SECONDS = 1;
/** No cache may hand out an older list while it fetches a newer. */
const REVOCATIONS = `public, max-age=${REVOCATIONS_CACHED_SECONDS}, s-maxage=${REVOCATIONS_CACHED_SECONDS}`;
/** A cache in between keeps the keys so long: a part of the five minutes for which one is published before it signs (ADR 0150). */
const KEYS_CACHED_SECONDS = 60;
/** An older list only where no instance answers: a verifier that has known keys goes by them anyway. */
const KEYS = `public, max-age=${KEYS_CACHED_SECONDS}, stale-if-error=86400`;

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
    '/v1/drops/:drop/revocations',
    {
      config: { rateLimit: READS_PER_ADDRESS },
      schema: {
        summary: 'Admissions that were taken back while their tokens may still live; verifiers follow it',
        params: DropParams,
        response: { 200: RevocationsAnswer, 304: Type.Null(), '4xx': ProblemDocument, 503: ProblemDocument },
      },
      serializerCompiler: asItIs,
    },
    async (request, reply) => {
      const { drop } = viewOf(room, request.params.drop);
      const { body, etag } = await room.queue.revocations(drop);
      reply.header('cache-control', REVOCATIONS).header('etag', etag);
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null as never);
      return reply.type('application/json; charset=utf-8').send(body as never);
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
      reply.header('cache-control', KEYS).header('access-control-allow-origin', '*');
      return room.signingKeys.jwks;
    },
  );
};
