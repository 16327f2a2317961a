/** Makes ticket ids: 128 random bits, or, for a join that may be repeated, 128 bits that only this installation can derive. */
import { hash, type KeyObject, randomFillSync } from 'node:crypto';
import { hmacSha256 } from '../domain/hmac.ts';

const ID_BYTES = 16;
/** Ids taken from the system at once: one call per join costs more than the rest of making a ticket. */
const BATCH = 512;

let pool = Buffer.alloc(0);
let next = 0;

/** 16 unpredictable bytes, never given twice. */
export function newTicketId(): Buffer {
  if (next === pool.length) {
    // A fresh buffer each time: ids given out earlier still point into the old one.
    pool = randomFillSync(Buffer.allocUnsafeSlow(ID_BYTES * BATCH));
    next = 0;
  }
  next += ID_BYTES;
  return pool.subarray(next - ID_BYTES, next);
}

/**
 * The id that a text stands for in one drop, under the key of its use: a page's nonce (the same request sent twice, to
 * any instance, is one ticket, Q13) or a customer (one customer is one place).
 */
export function ticketIdOf(text: string, key: KeyObject): Buffer {
  return Buffer.from(hmacSha256(key, text).slice(0, ID_BYTES), 'latin1');
}

/** The public number of a ticket: base64url SHA-256 of its id, 43 characters. */
export function publicNumberOf(id: Buffer): string {
  return hash('sha256', id, 'base64url');
}
