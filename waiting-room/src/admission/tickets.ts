/** Issues and reads tickets: joins codec, keys and ids. Whether a ticket is still live only the queue knows. */
import { createHmac } from 'node:crypto';
import type { TicketSecret } from '../config.ts';
import { decodeTicket, encodeTicket, type Ticket } from '../domain/ticket.ts';
import { newTicketId, publicNumberOf, ticketIdOf } from './ticket-ids.ts';
import { createTicketKeys } from './ticket-keys.ts';

/** Address digests kept for each drop, some 2 MB: many shoppers come from one address, and a digest costs as much as a ticket. */
const DIGESTS_MAX = 20_000;

/** A ticket whose signature was checked, and its public number. */
export interface HeldTicket extends Ticket {
  readonly number: string;
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
      const ticket = decodeTicket(text, drop, keysOf(drop).find);
      return ticket && { ...ticket, number: publicNumberOf(ticket.id) };
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
