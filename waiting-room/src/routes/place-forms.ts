/** What a shopper without scripts may do with a place: hold a turn longer, and leave, after being asked once more. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DropParams } from '../contract/common.ts';
import { PageQuery } from '../contract/page.ts';
import { leaveUrl, pageUrl, placeUrl } from '../plugins/place-page.ts';
import { readPlaceRequest, type SendMissing } from '../plugins/place-request.ts';
import { sendPlainPage } from '../plugins/plain-page.ts';
import { type Room, requireCurrentTicket } from '../plugins/room.ts';
import { FORMS_PER_ADDRESS, PAGES_PER_ADDRESS } from '../rate-limits.ts';

interface PlaceForms {
  readonly room: Room;
  /** For a drop that is not there. */
  readonly sendMissing: SendMissing;
}

export const placeFormRoutes: FastifyPluginAsyncTypebox<PlaceForms> = async (app, options) => {
  const { room } = options;
  app.get(
    '/w/:drop/leave',
    {
      config: { rateLimit: PAGES_PER_ADDRESS },
      schema: { summary: 'Asks whether to leave', params: DropParams, querystring: PageQuery },
    },
    async (request, reply) => {
      const about = readPlaceRequest(options, request, reply, request.query);
      if (!about) return reply;
      const { drop, view, presented } = about;
      return sendPlainPage(reply, drop, view, {
        situation: { state: 'leave', lead: 'leave.text', asOfMs: view.asOfMs },
        reference: presented.ticket.reference,
        acts: [
          { href: placeUrl(drop, request.query), label: 'leave.stay' },
          { action: leaveUrl(drop, request.query), label: 'action.leave', fields: {} },
        ],
      });
    },
  );

  app.post(
    '/w/:drop/leave',
    {
      config: { rateLimit: FORMS_PER_ADDRESS },
      schema: { summary: 'Leave by a form', params: DropParams, querystring: PageQuery },
    },
    async (request, reply) => {
      const about = readPlaceRequest(options, request, reply, request.query);
      if (!about) return reply;
      const { drop, view, presented } = about;
      await room.queue.leave(drop, presented.ticket.number);
      reply.header('set-cookie', room.cookie.forget(drop));
      return sendPlainPage(reply, drop, view, {
        situation: { state: 'left', asOfMs: view.asOfMs },
        acts: [{ href: pageUrl(drop, request.query), label: 'action.again' }],
      });
    },
  );

  app.post(
    '/w/:drop/extension',
    {
      config: { rateLimit: FORMS_PER_ADDRESS },
      schema: { summary: 'Hold a turn longer by a form', params: DropParams, querystring: PageQuery },
    },
    async (request, reply) => {
      const about = readPlaceRequest(options, request, reply, request.query);
      if (!about) return reply;
      const { drop, view } = about;
      const { ticket } = await requireCurrentTicket(room, view, request, reply);
      // Granted or refused, the place's page says how long the turn is held.
      await room.queue.extend(drop, ticket.number);
      return reply.redirect(placeUrl(drop, request.query), 303);
    },
  );
};
