/** Issues and reads tickets: joins codec, keys and ids. Whether a ticket is still live only the queue knows. */
import { createHmac, hash } from 'node:crypto';
import type { KeptCount } from '@sluice/service-kit';
import type { TicketSecret } from '../config.ts';
import { placeReference } from '../domain/place-reference.ts';
import { decodeTicket, encodeTicket, type Ticket } from '../domain/ticket.ts';
import { newTicketId, publicNumberOf, ticketIdOf } from './ticket-ids.ts';
import { createTicketKeys } from './ticket-keys.ts';

/** Address digests kept for each drop, some 2 MB: many shoppers come from one address, and a digest costs as much as a ticket. */
const DIGESTS_MAX = 20_000;

/**
 * Tickets kept as read, some 80 MB: whoever waits asks again every few seconds, and reading one costs more than the rest of
 * the answer. When there are more they are read anew, and nothing else changes.
 */
const READ_MAX = 120_000;

/** A ticket whose signature was checked, and what follows from it. */
export interface HeldTicket extends Ticket {
  /** The public number. */
  readonly number: string;
  /** The short name of its place. */
  readonly reference: string;
  /** What limits for each ticket count by ({@link ticketDigest} of its text). */
  readonly digest: string;
  /** How often it was asked about lately, where that is limited. */
  readonly asked: KeptCount;
}

/** What makes a place the same place again. */
export interface PlaceOrigin {
  /** Made by the page, so that a repeated join is one place. */
  readonly nonce?: string | undefined;
  /** From a verified member claim. */
  readonly customer?: string | undefined;
}

export interface Tickets {
  /** Id and public number for a new place: the customer's where there is one, else the nonce's, else a random one. */
  newPlace(drop: string, origin: PlaceOrigin): { readonly id: Buffer; readonly number: string };
  /** The signed ticket, as the shopper keeps it. */
  issue(ticket: Omit<Ticket, 'kid'>): string;
  /** The ticket in `text`, or null when this installation did not issue it for this drop. */
  read(text: string, drop: string): HeldTicket | null;
  /** What the join limit counts by: 16 characters that do not tell the address. */
  addressDigest(drop: string, addressKey: string): string;
}

/** Every method is for existing drops only (see {@link createTicketKeys}). */
export function createTickets(secrets: readonly [TicketSecret, ...TicketSecret[]]): Tickets {
  const keysOf = createTicketKeys(secrets);
  const digests = new Map<string, Map<string, string>>();
  const known = new Map<string, HeldTicket>();
  return {
    newPlace(drop, { nonce, customer }) {
      const id =
        customer !== undefined
          ? ticketIdOf(customer, keysOf(drop).customer)
          : nonce !== undefined
            ? ticketIdOf(nonce, keysOf(drop).nonce)
            : newTicketId();
      return { id, number: publicNumberOf(id) };
    },
    issue(ticket) {
      const { kid, signing } = keysOf(ticket.drop);
      return encodeTicket({ ...ticket, kid }, signing);
    },
    read(text, drop) {
      const before = known.get(text);
      if (before !== undefined) return before.drop === drop ? before : null;
      const ticket = decodeTicket(text, drop, keysOf(drop).find);
      if (ticket === null) return null;
      const number = publicNumberOf(ticket.id);
      const [reference, digest] = [placeReference(number), ticketDigest(text)];
      const held = { ...ticket, number, reference, digest, asked: {} };
      // Only what was issued here is kept: nobody fills this with texts of their own.
      if (known.size >= READ_MAX) known.clear();
      known.set(text, held);
      return held;
    },
    addressDigest(drop, addressKey) {
      let ofDrop = digests.get(drop);
      if (ofDrop === undefined) {
        ofDrop = new Map();
        digests.set(drop, ofDrop);
      }
      let digest = ofDrop.get(addressKey);
      if (digest === undefined) {
        digest = createHmac('sha256', keysOf(drop).address)
          .update(addressKey)
          .digest()
          .toString('base64url', 0, 12);
        if (ofDrop.size >= DIGESTS_MAX) ofDrop.clear();
        ofDrop.set(addressKey, digest);
      }
      return digest;
    },
  };
}

/** What limits for each ticket count by: made-up texts too, since it says nothing about who issued one. */
export function ticketDigest(text: string): string {
  return hash('sha256', text, 'base64url');
}
