/** The lobby's draw: an order is a function of the seed, the public number and the published class alone (Q7). */
import { createHash, createHmac, type KeyObject } from 'node:crypto';

/** One band of drawn orders; four of them lie below every arrival's order. */
export const BAND = 2 ** 48;

/** `band` and `chances` of a ticket without a member claim. */
export const EVERYONE_DRAWN = [1, 1] as const;

/**
 * `band × 2^48 + min over i < chances of top48(HMAC-SHA256(seed, public number ‖ i))`; `i` is one byte, `top48` the
 * first six bytes, big-endian.
 * @param seed the 32 seed bytes as a secret KeyObject
 * @param number the public number as written (43 characters of base64url)
 */
export function drawnOrder(
  seed: KeyObject,
  number: string,
  { band, chances }: { readonly band: number; readonly chances: number },
): number {
  let best = BAND;
  for (let i = 0; i < chances; i++) {
    const digest = createHmac('sha256', seed).update(number).update(Uint8Array.of(i)).digest();
    best = Math.min(best, digest.readUIntBE(0, 6));
  }
  return band * BAND + best;
}

/** What is published before the lobby opens: hex SHA-256 of the seed bytes (Q6). */
export function commitOf(seedHex: string): string {
  return createHash('sha256').update(Buffer.from(seedHex, 'hex')).digest('hex');
}
