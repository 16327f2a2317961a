/** The event stream of one shopper near the front (Q22); everyone else is told to poll. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { pictureBeyondFrontier } from '../admission/own-status.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { type Room, requireCurrentTicket, ticketKey, viewOf } from '../plugins/room.ts';
import type { StreamHub } from '../plugins/stream-hub.ts';
import { STATUS_PER_TICKET } from '../rate-limits.ts';

/** So many people ahead still count as near the front: with a rate of 3,000 a minute, the last three minutes. */
const NEAR_FRONT = 10_000;

export const streamRoutes: FastifyPluginAsyncTypebox<{ room: Room; streams: StreamHub }> = async (
  app,
  { room, streams },
) => {
  app.addHook('preClose', async () => streams.close());

  app.get(
    '/v1/drops/:drop/stream',
    {
      config: { rateLimit: { ...STATUS_PER_TICKET, keyGenerator: ticketKey(room) } },
      schema: {
        summary: 'Own status and the stock as server-sent events, whenever they changed enough to matter',
        description:
          'Events: `status` (as GET …/ticket), `stock` (as GET …/products, within 250 ms of the change), `spent` and `unknown` (the stream ends), `reconnect` (the instance is closing). 409 `poll-instead` for those far back and when the instance has no headroom.',
        params: DropParams,
        response: {
          200: Type.String({ description: 'text/event-stream' }),
          '4xx': ProblemDocument,
          503: ProblemDocument,
        },
      },
    },
    async (request, reply) => {
      const view = viewOf(room, request.params.drop);
      const { ticket, renewed } = await requireCurrentTicket(room, view, request, reply);
      const picture = pictureBeyondFrontier(room.queue, view, ticket);
      const ahead = picture?.is === 'status' ? picture.status.ahead : 0;
      if (streams.isFull || ahead === null || ahead > NEAR_FRONT) {
        throw problem(
          'poll-instead',
          streams.isFull
            ? 'This instance has no headroom for more streams.'
            : 'Streams are for those near the front.',
          {
            pollAfterMs: picture?.is === 'status' ? picture.status.pollAfterMs : view.pollAfterMs,
          },
        );
      }
      reply.hijack();
      const response = reply.raw;
      // It ends with its connection: an event then is one write, where chunks would take three.
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        // nginx passes events on at once only when told.
        'x-accel-buffering': 'no',
        ...(renewed !== null && { 'set-cookie': room.cookie.keep(view.drop, renewed) }),
      });
      streams.add(view.drop, ticket, response);
      return reply;
    },
  );
};
