/** Join, own status, leave. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { clientAddressKey, problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { heldPlace, join } from '../admission/join.ts';
import { ownPicture } from '../admission/own-status.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { Extended, JoinAnswer, JoinBody, OwnStatus } from '../contract/tickets.ts';
import { requireGoodCode } from '../plugins/access-code.ts';
import { extensionProblem } from '../plugins/extension-problem.ts';
import { joinProblem } from '../plugins/join-problem.ts';
import { JOIN_ROUTE } from '../plugins/join-server.ts';
import { readMember } from '../plugins/member.ts';
import {
  limitStatus,
  presentedTicket,
  type Room,
  refuseCrossSite,
  refuseUnknown,
  requireCurrentTicket,
  requireTicket,
  ticketKey,
  viewOf,
} from '../plugins/room.ts';
import { spentProblem } from '../plugins/spent-problem.ts';
import { STATUS_ROUTE } from '../plugins/status-server.ts';
import { STATUS_PER_TICKET } from '../rate-limits.ts';

export const ticketRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  const keyOf = ticketKey(room);
  app.post(
    JOIN_ROUTE,
    {
      // Counted per address inside the batched join script (Q13); a second limiter here would cost more than the join.
      config: { rateLimit: false },
      schema: {
        summary: 'Join: get a place in the line',
        description:
          'A rehearsal takes whoever brings its staff pass: in the header `Sluice-Pass`, or as the cookie of its link.',
        params: DropParams,
        body: JoinBody,
        response: { 200: JoinAnswer, 201: JoinAnswer, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const view = viewOf(room, drop);
      refuseCrossSite(room, request.headers);
      room.passes.require(request.headers, drop);
      reply.header('cache-control', 'no-store');
      const presented = presentedTicket(room, request.headers, drop);
      let carriedFrom = '';
      if (presented) {
        const { ticket, renewed } = await requireCurrentTicket(room, view, request, reply);
        const held = await heldPlace(room, view, renewed ?? presented.text, ticket);
        if (held.status === 'live') return reply.code(200).send(held.answer);
        if (held.status === 'bought') throw spentProblem('paid');
        ({ carriedFrom } = held);
      }
      const { nonce, member: claim, code: text } = request.body ?? {};
      const member = claim === undefined ? null : await readMember(view.page, drop, claim);
      const code = requireGoodCode(room.guesses, view, request, text);
      const addressKey = clientAddressKey(request.ip);
      const joined = await join(room, drop, { addressKey, nonce, member, code, carriedFrom });
      if (joined.status !== 'joined') throw joinProblem(joined);
      reply.header('set-cookie', room.cookie.keep(drop, joined.answer.ticket));
      return reply.code(joined.repeated ? 200 : 201).send(joined.answer);
    },
  );

  app.get(
    STATUS_ROUTE,
    {
      // Counted together with those that are answered before the router (status-server.ts).
      config: { rateLimit: false },
      schema: {
        summary: 'Own status: place, people ahead, wait',
        params: DropParams,
        response: { 200: OwnStatus, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      limitStatus(room, keyOf(request));
      const { drop } = request.params;
      const view = viewOf(room, drop);
      const { ticket, renewed } = await requireCurrentTicket(room, view, request, reply);
      const picture = await ownPicture(room.queue, view, ticket);
      if (picture.is === 'unknown') throw problem('ticket-invalid', 'The line does not know this ticket.');
      if (picture.is === 'spent') throw spentProblem(picture.reason);
      reply.header('cache-control', 'no-store');
      return renewed === null ? picture.status : { ...picture.status, ticket: renewed };
    },
  );

  app.delete(
    '/v1/drops/:drop/ticket',
    {
      config: { rateLimit: { ...STATUS_PER_TICKET, keyGenerator: ticketKey(room) } },
      schema: {
        summary: 'Leave: give the place up',
        params: DropParams,
        response: { 204: Type.Null(), '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      viewOf(room, drop);
      refuseCrossSite(room, request.headers);
      const { number } = requireTicket(room, request.headers, drop);
      await room.queue.leave(drop, number);
      return reply
        .header('cache-control', 'no-store')
        .header('set-cookie', room.cookie.forget(drop))
        .code(204)
        .send(null);
    },
  );

  app.post(
    '/v1/drops/:drop/ticket/extension',
    {
      config: { rateLimit: { ...STATUS_PER_TICKET, keyGenerator: ticketKey(room) } },
      schema: {
        summary: 'Hold a turn longer: one more call window, while the window lasts',
        params: DropParams,
        response: { 200: Extended, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const view = viewOf(room, drop);
      refuseCrossSite(room, request.headers);
      const { ticket } = await requireCurrentTicket(room, view, request, reply);
      const outcome = await room.queue.extend(drop, ticket.number);
      if (outcome.status === 'unknown') return refuseUnknown(room, view, ticket.number);
      if (outcome.status !== 'extended') throw extensionProblem(outcome);
      const { callExpiresMs, extensionsLeft } = outcome;
      reply.header('cache-control', 'no-store');
      return { callExpiresAt: new Date(callExpiresMs).toISOString(), extensionsLeft };
    },
  );
};
