/** What every route of the room works with, and the two questions they all begin with. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { clientAddressKey, type FixedWindowLimiter, problem } from '@sluice/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CurrentTicket, comeBack } from '../admission/come-back.ts';
import type { LeaseToGate } from '../admission/lease-pairs.ts';
import type { SigningKeys } from '../admission/signing-keys.ts';
import { type HeldTicket, type Tickets, ticketDigest } from '../admission/tickets.ts';
import type { SignToken } from '../admission/tokens.ts';
import type { Archive } from '../clients/archive.ts';
import type { DropView, Queue } from '../queue/queue.ts';
import { isCrossSite } from './cross-site.ts';
import type { StaffPasses } from './staff-pass.ts';
import { readTicketHeader, type TicketCookie } from './ticket-cookie.ts';

export interface Room {
  readonly queue: Queue;
  readonly tickets: Tickets;
  readonly cookie: TicketCookie;
  readonly passes: StaffPasses;
  readonly signToken: SignToken;
  readonly lease: LeaseToGate;
  readonly signingKeys: SigningKeys;
  /** The room's own origin, as browsers write it. */
  readonly origin: string;
  readonly serviceToken: string;
  /** Where the draws of archived drops are; null: this installation shows none. */
  readonly archive: Archive | null;
  /** Counts a reader of the pulse; false when the address has used up its share. */
  readonly admitReader: (request: IncomingMessage) => boolean;
  /** Counts an asking for own status, by {@link ticketKey}: in the route and before the router alike. */
  readonly statuses: FixedWindowLimiter;
  /** Counts an opening of the page, by address: in the route and before the router alike. */
  readonly pages: FixedWindowLimiter;
  /** Counts access codes that were wrong, by address. */
  readonly guesses: FixedWindowLimiter;
  /** What limits by client address count by. */
  readonly clientKey: (request: IncomingMessage) => string;
}

/** A ticket with its text, as it was presented. */
export interface PresentedTicket {
  readonly text: string;
  readonly ticket: HeldTicket;
}

/** @throws 404 `no-such-drop`, 410 `archived` */
export function viewOf(room: Room, drop: string): DropView {
  const view = room.queue.view(drop);
  if (!view && room.queue.isArchived(drop))
    throw problem('archived', 'The drop is over; its draw can still be checked.', {
      draw: `/v1/drops/${drop}/draw`,
    });
  if (!view) throw problem('no-such-drop', `No drop has the id "${drop}".`);
  return view;
}

/** The text of the ticket a request brings, unread; undefined for none. */
export function ticketText(room: Room, headers: IncomingHttpHeaders, drop: string): string | undefined {
  return readTicketHeader(headers.authorization) ?? room.cookie.read(headers.cookie, drop);
}

/**
 * The ticket a request brings, or null. A broken one in the header is the caller's mistake; a broken cookie is a leftover
 * and counts as none.
 * @throws 401 `ticket-invalid`
 */
export function presentedTicket(
  room: Room,
  headers: IncomingHttpHeaders,
  drop: string,
): PresentedTicket | null {
  const fromHeader = readTicketHeader(headers.authorization);
  const text = ticketText(room, headers, drop);
  if (text === undefined) return null;
  const ticket = room.tickets.read(text, drop);
  if (ticket) return { text, ticket };
  if (fromHeader === undefined) return null;
  throw problem(
    'ticket-invalid',
    'The ticket in the Authorization header was not issued for this drop, or was changed.',
  );
}

/** @throws 401 `ticket-missing`, `ticket-invalid` */
export function requireTicket(room: Room, headers: IncomingHttpHeaders, drop: string): HeldTicket {
  const presented = presentedTicket(room, headers, drop);
  if (presented) return presented.ticket;
  throw problem(
    'ticket-missing',
    `Send the ticket as "Authorization: Ticket …" or as the cookie ${room.cookie.name(drop)}.`,
  );
}

/**
 * {@link requireTicket}, put back and renewed where it is of an earlier epoch (Q26).
 * @param reply gets the renewed ticket as a cookie
 */
export async function requireCurrentTicket(
  room: Room,
  view: DropView,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CurrentTicket> {
  const current = await comeBack(room, view, requireTicket(room, request.headers, view.drop));
  if (current.renewed !== null) reply.header('set-cookie', room.cookie.keep(view.drop, current.renewed));
  return current;
}

/**
 * For a ticket that a command did not find.
 * @throws 401 `ticket-invalid`; 503 `store-unavailable` while Redis is in an epoch that this instance has not read: at the next try
 *   the ticket comes back first
 */
export async function refuseUnknown(room: Room, view: DropView, number: string): Promise<never> {
  await room.queue.standing(view.drop, number, view.epoch);
  throw problem('ticket-invalid', 'The line does not know this ticket.');
}

/** @throws 403 `cross-site` for requests that another site's page made. */
export function refuseCrossSite(room: Room, headers: IncomingHttpHeaders): void {
  if (isCrossSite(headers, room.origin)) {
    throw problem('cross-site', 'Places can be taken, used and given up only from the waiting room itself.');
  }
}

/**
 * What limits per ticket count by: the digest of what was presented, the address for those who present nothing. Not yet
 * verified: a made-up ticket only limits itself.
 */
export function ticketKey(room: Room): (request: FastifyRequest) => string {
  return ({ headers, params, ip }) => {
    const { drop = '' } = params as { drop?: string };
    const text = ticketText(room, headers, drop);
    return text === undefined ? clientAddressKey(ip) : ticketDigest(text);
  };
}

/** @throws 429 `rate-limited` */
export function limitPages({ pages, clientKey }: Room, request: IncomingMessage): void {
  if (pages.take(clientKey(request))) return;
  throw problem('rate-limited', 'The page has been opened too often from this address.', {
    retryAfterSeconds: pages.secondsLeft(),
  });
}

/**
 * @param asker a ticket, or for what is none {@link ticketKey}
 * @throws 429 `rate-limited`
 */
export function limitStatus({ statuses }: Room, asker: string | HeldTicket): void {
  const { digest, asked } = typeof asker === 'string' ? { digest: asker, asked: {} } : asker;
  if (statuses.takeKept(asked, digest)) return;
  throw problem('rate-limited', 'This ticket has been asked about too often.', {
    retryAfterSeconds: statuses.secondsLeft(),
  });
}
