/** How every page and form about a place begins: its drop, and the ticket of whoever asks. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DropView } from '../queue/queue.ts';
import { type Back, pageUrl } from './place-page.ts';
import { type PresentedTicket, presentedTicket, type Room, refuseCrossSite } from './room.ts';

/** Sends the page of a drop that is not there. */
export type SendMissing = (reply: FastifyReply, drop: string) => FastifyReply;

export interface PlaceRequest {
  readonly drop: string;
  readonly view: DropView;
  readonly presented: PresentedTicket;
}

/**
 * Undefined once it is answered: such a drop is not there, or whoever asks has no place in it and is sent to where they get one.
 * @throws 403 `cross-site` for a form that another site's page sent
 */
export function readPlaceRequest(
  { room, sendMissing }: { readonly room: Room; readonly sendMissing: SendMissing },
  request: FastifyRequest,
  reply: FastifyReply,
  back: Back,
): PlaceRequest | undefined {
  const { drop } = request.params as { drop: string };
  const view = room.queue.view(drop);
  if (!view) {
    sendMissing(reply, drop);
    return undefined;
  }
  if (request.method === 'POST') refuseCrossSite(room, request.headers);
  const presented = presentedTicket(room, request.headers, drop);
  if (!presented) {
    reply.redirect(pageUrl(drop, back), 303);
    return undefined;
  }
  return { drop, view, presented };
}
