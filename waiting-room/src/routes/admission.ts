/** Check in and ask for entry. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { chooseReturn, enter } from '../admission/enter.ts';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { AdmissionBody, CheckedIn, Granted } from '../contract/tickets.ts';
import {
  type Room,
  refuseCrossSite,
  refuseUnknown,
  requireCurrentTicket,
  ticketKey,
  viewOf,
} from '../plugins/room.ts';
import { spentProblem } from '../plugins/spent-problem.ts';
import { ENTRY_PER_TICKET } from '../rate-limits.ts';

export const admissionRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  app.post(
    '/v1/drops/:drop/admission',
    {
      config: { rateLimit: { ...ENTRY_PER_TICKET, keyGenerator: ticketKey(room) } },
      schema: {
        summary: 'Check in and ask for the admission token',
        params: DropParams,
        body: AdmissionBody,
        response: { 200: Granted, 202: CheckedIn, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const { bind, returnTo } = request.body;
      const view = viewOf(room, drop);
      refuseCrossSite(room, request.headers);
      reply.header('cache-control', 'no-store');
      const { ticket } = await requireCurrentTicket(room, view, request, reply);
      const back = chooseReturn(view.page, returnTo);
      if (!back.ok) {
        throw problem('invalid-request', 'The return address cannot be used.', {
          errors: [{ field: 'body.returnTo', reason: back.reason }],
        });
      }
      const entry = await enter(room, drop, ticket, bind);
      switch (entry.status) {
        case 'granted':
          return reply.code(200).send({
            token: entry.token,
            expiresAt: new Date(entry.expiresAtMs).toISOString(),
            returnTo: back.url.href,
          });
        case 'present': {
          const { ahead, retryAfterMs, phase } = entry;
          reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)));
          const { count: generation, reason: generationReason } = view.gateGeneration;
          return reply
            .code(202)
            .send({ checkedIn: true, phase, ahead, generation, generationReason, retryAfterMs });
        }
        case 'not-called':
          throw problem('not-called-yet', 'The ticket has not been called.', {
            pollAfterMs: entry.retryAfterMs,
          });
        case 'spent':
          throw spentProblem(entry.reason);
        case 'bound-elsewhere':
          throw problem(
            'bound-elsewhere',
            'A checkout session was opened with this ticket from another browser.',
          );
        case 'unknown':
          return refuseUnknown(room, view, ticket.number);
        case 'closed':
          throw problem('closed', 'Nobody is let in any more.');
        case 'no-such-drop':
          throw problem('no-such-drop', 'The drop does not exist any more.');
      }
    },
  );
};
