/**
 * Answers own status beyond the frontier before the router: most of a crowd asks for it all the time, and it needs nothing but
 * memory. Whoever may be called, has a ticket of another epoch or a broken one is left to the router.
 */
import type { IncomingMessage } from 'node:http';
import { type AnswerFirst, type DirectAnswers, rawHeader } from '@sluice/service-kit';
import { isCurrent } from '../admission/come-back.ts';
import { pictureBeyondFrontier } from '../admission/own-status.ts';
import { limitStatus, type Room } from './room.ts';
import { statusText } from './status-text.ts';
import { readTicketHeader } from './ticket-cookie.ts';

export const STATUS_ROUTE = '/v1/drops/:drop/ticket';

const PREFIX = '/v1/drops/';
const SUFFIX = '/ticket';
const NO_OTHERS: readonly string[] = [];

export function createStatusServer(room: Room, direct: DirectAnswers): AnswerFirst {
  const ticketText = (request: IncomingMessage, drop: string) =>
    readTicketHeader(rawHeader(request, 'authorization')) ??
    room.cookie.read(rawHeader(request, 'cookie'), drop);
  return (request, response) => {
    const { url = '', method } = request;
    if (method !== 'GET' || !url.endsWith(SUFFIX) || !url.startsWith(PREFIX)) return false;
    const drop = url.slice(PREFIX.length, -SUFFIX.length);
    const view = room.queue.view(drop);
    const text = view && ticketText(request, drop);
    const ticket = text && room.tickets.read(text, drop);
    if (!ticket || !isCurrent(view, ticket)) return false;
    const picture = pictureBeyondFrontier(room.queue, view, ticket);
    if (picture?.is !== 'status') return false;
    const at = { request, response, route: STATUS_ROUTE, drop, startedAtMs: performance.now() };
    try {
      limitStatus(room, ticket);
      direct.json(at, 200, NO_OTHERS, statusText(view, picture.status));
    } catch (error) {
      direct.fail(at, error);
    }
    return true;
  };
}
