/**
 * The ticket codec: a shopper's place as one signed, canonical, bounded string (Q14).
 * Pure: keys and ids come in, nothing is looked up. It proves who issued a ticket, never whether it is still live.
 */
import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { hmacSha256 } from './hmac.ts';

/** What a ticket says. `order` is null for a lobby ticket: drawn orders are recomputed, never carried (Q7). */
export interface Ticket {
  /** Key that signed it, 0 to 255. */
  readonly kid: number;
  readonly drop: string;
  /** 16 secret bytes. */
  readonly id: Buffer;
  readonly class: {
    readonly band: 0 | 1 | 2 | 3;
    readonly chances: number;
    readonly headStartMs: number;
  };
  /** Redis time of the join, µs since the epoch. */
  readonly joinedUs: number;
  readonly order: number | null;
  /** Name of the queue's epoch at the join, 16 hex digits. */
  readonly epoch: string;
  /** The shop's own name for the customer where a member claim was presented, at most 64 bytes of UTF-8; else null. */
  readonly customer: string | null;
}

/**
 * Layout, big endian: version 1 · kid 1 · drop length 1 · customer length 1 (0 = none) · drop · id 16 · band 1 ·
 * chances 1 · head start 4 · joined 8 · order 8 (0 = drawn) · epoch 8 · customer · HMAC-SHA-256 of all that 32.
 */
const VERSION = 1;
const HEAD_BYTES = 4;
const FIXED_BYTES = HEAD_BYTES + 16 + 6 + 8 + 8 + 8;
const MAC_BYTES = 32;
const DROP_BYTES_MAX = 40;
/** Longest customer name, in bytes of UTF-8: a ticket travels as a cookie with every request. */
export const CUSTOMER_BYTES_MAX = 64;
const TWO_POW_32 = 2 ** 32;

/** Longest ticket there is, in characters; anything longer is refused unread. */
export const TICKET_LENGTH_MAX = Math.ceil(
  ((FIXED_BYTES + DROP_BYTES_MAX + CUSTOMER_BYTES_MAX + MAC_BYTES) * 4) / 3,
);

/** Signs a ticket with the drop's key for `ticket.kid`. */
export function encodeTicket(ticket: Ticket, key: KeyObject): string {
  const dropLength = ticket.drop.length;
  const customerLength = ticket.customer === null ? 0 : Buffer.byteLength(ticket.customer);
  if (customerLength > CUSTOMER_BYTES_MAX) throw new RangeError('customer is longer than a ticket holds');
  const bodyLength = FIXED_BYTES + dropLength + customerLength;
  const bytes = Buffer.allocUnsafe(bodyLength + MAC_BYTES);
  bytes[0] = VERSION;
  bytes[1] = ticket.kid;
  bytes[2] = dropLength;
  bytes[3] = customerLength;
  let at = HEAD_BYTES + bytes.write(ticket.drop, HEAD_BYTES, 'latin1');
  at += ticket.id.copy(bytes, at, 0, 16);
  bytes[at++] = ticket.class.band;
  bytes[at++] = ticket.class.chances;
  at = bytes.writeUInt32BE(ticket.class.headStartMs, at);
  at = writeUint53(bytes, ticket.joinedUs, at);
  at = writeUint53(bytes, ticket.order ?? 0, at);
  at += bytes.write(ticket.epoch, at, 8, 'hex');
  if (ticket.customer !== null) bytes.write(ticket.customer, at, 'utf8');
  bytes.write(hmacSha256(key, bytes.subarray(0, bodyLength)), bodyLength, 'latin1');
  return bytes.toString('base64url');
}

/**
 * The ticket in `text`, or null when it is not exactly what {@link encodeTicket} wrote for this drop with one of the
 * keys: another drop, another version, an unknown `kid`, a changed bit, padding, white space or a second spelling of
 * the same bytes all end here.
 */
export function decodeTicket(
  text: string,
  drop: string,
  findKey: (kid: number) => KeyObject | undefined,
): Ticket | null {
  if (text.length > TICKET_LENGTH_MAX) return null;
  const bytes = Buffer.from(text, 'base64url');
  const bodyLength = bytes.length - MAC_BYTES;
  const customerLength = bytes[3] as number;
  if (bodyLength !== FIXED_BYTES + drop.length + customerLength) return null;
  if (bytes[0] !== VERSION || bytes[2] !== drop.length) return null;
  const key = findKey(bytes[1] as number);
  if (!key) return null;
  const mac = Buffer.from(hmacSha256(key, bytes.subarray(0, bodyLength)), 'latin1');
  if (!timingSafeEqual(mac, bytes.subarray(bodyLength))) return null;
  // Node decodes leniently; only the one canonical spelling is a ticket.
  if (bytes.toString('base64url') !== text) return null;
  // Keys are per drop already; this keeps the guarantee if two drops ever shared one.
  if (bytes.toString('latin1', HEAD_BYTES, HEAD_BYTES + drop.length) !== drop) return null;
  const at = HEAD_BYTES + drop.length;
  const order = readUint53(bytes, at + 30);
  return {
    kid: bytes[1] as number,
    drop,
    id: bytes.subarray(at, at + 16),
    class: {
      band: bytes[at + 16] as 0 | 1 | 2 | 3,
      chances: bytes[at + 17] as number,
      headStartMs: bytes.readUInt32BE(at + 18),
    },
    joinedUs: readUint53(bytes, at + 22),
    order: order === 0 ? null : order,
    epoch: bytes.toString('hex', at + 38, at + 46),
    customer: customerLength === 0 ? null : bytes.toString('utf8', at + 46, at + 46 + customerLength),
  };
}

function writeUint53(bytes: Buffer, value: number, at: number): number {
  const high = Math.floor(value / TWO_POW_32);
  bytes.writeUInt32BE(high, at);
  return bytes.writeUInt32BE(value - high * TWO_POW_32, at + 4);
}

function readUint53(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * TWO_POW_32 + bytes.readUInt32BE(at + 4);
}
