/** Being told of one's turn (5.8): which ways there are, asking for one, taking it back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { pickLanguage } from '../../page/assets.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { NoticeBody, NoticeWays } from '../contract/notices.ts';
import { isPushEndpoint } from '../domain/notice.ts';
import {
  type Room,
  refuseCrossSite,
  requireCurrentTicket,
  requireTicket,
  ticketKey,
  viewOf,
} from '../plugins/room.ts';
import { spentProblem } from '../plugins/spent-problem.ts';
import { NOTICES_PER_TICKET } from '../rate-limits.ts';

/** What this installation can tell by. */
export interface NoticeOptions {
  readonly mail: boolean;
  readonly pushKey: string | null;
  readonly pushOrigins: readonly string[];
}

export const noticeRoutes: FastifyPluginAsyncTypebox<{ room: Room; ways: NoticeOptions }> = async (
  app,
  { room, ways },
) => {
  const config = { rateLimit: { ...NOTICES_PER_TICKET, keyGenerator: ticketKey(room) } };
  const url = '/v1/drops/:drop/notices';
  const failures = { '4xx': ProblemDocument, 503: ProblemDocument };

  app.get(
    url,
    {
      config,
      schema: {
        summary: 'Which ways there are to be told of the own turn',
        params: DropParams,
        response: { 200: NoticeWays, ...failures },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      viewOf(room, drop);
      const { number } = requireTicket(room, request.headers, drop);
      reply.header('cache-control', 'no-store');
      return { asked: await room.queue.notices.has(drop, number), mail: ways.mail, pushKey: ways.pushKey };
    },
  );

  app.put(
    url,
    {
      config,
      schema: {
        summary: 'Be told shortly before the own turn and when it has come: two messages at the most',
        params: DropParams,
        body: NoticeBody,
        response: { 204: Type.Null(), ...failures },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const view = viewOf(room, drop);
      refuseCrossSite(room, request.headers);
      const { ticket } = await requireCurrentTicket(room, view, request, reply);
      const address = request.body;
      if (address.by === 'mail' ? !ways.mail : ways.pushKey === null)
        throw problem('notice-unavailable', `Nobody is told by ${address.by} here.`);
      if (address.by === 'push' && !isPushEndpoint(address.endpoint, ways.pushOrigins))
        throw problem('invalid-request', 'body.endpoint is not the address of a push service', {
          errors: [{ field: 'body.endpoint', reason: 'is not the address of a push service' }],
        });
      const place = await room.queue.standing(drop, ticket.number, view.epoch);
      if (place.standing === 'unknown')
        throw problem('ticket-invalid', 'The line does not know this ticket.');
      if (place.standing === 'spent') throw spentProblem(place.reason);
      const lang = pickLanguage(request.headers['accept-language']);
      // Whoever has come forward needs nobody to call them.
      if (
        place.standing === 'waiting' &&
        !(await room.queue.notices.ask(drop, ticket.number, place.order, { address, lang }))
      )
        throw problem('notice-unavailable', 'As many have asked to be told as there is room for.');
      return reply.header('cache-control', 'no-store').code(204).send(null);
    },
  );

  app.delete(
    url,
    {
      config,
      schema: {
        summary: 'Not be told any more; the address is deleted',
        params: DropParams,
        response: { 204: Type.Null(), ...failures },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      viewOf(room, drop);
      refuseCrossSite(room, request.headers);
      const { number } = requireTicket(room, request.headers, drop);
      await room.queue.notices.cancel(drop, number);
      return reply.header('cache-control', 'no-store').code(204).send(null);
    },
  );
};
