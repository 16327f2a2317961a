/** The lobby's draw: an order is a function of the seed, the public number and the published class alone (Q7). */
import { createHash, createHmac, type KeyObject } from 'node:crypto';

/** One band of drawn orders; four of them lie below every arrival's order. */
export const BAND = 2 ** 48;

/** What a class means for a draw. */
export interface DrawClass {
  /** 0 is drawn first, 3 last. */
  readonly band: 0 | 1 | 2 | 3;
  /** Draws a ticket takes part in; the best counts. 1 to 8. */
  readonly chances: number;
}

/** A class as Redis keeps it, `band:chances`; empty for everyone's, which is not kept at all. */
export function classText({ band, chances }: DrawClass): string {
  return band === 1 && chances === 1 ? '' : `${band}:${chances}`;
}

/** Reads what {@link classText} wrote. */
export function parseClass(text: string): DrawClass {
  if (text === '') return { band: 1, chances: 1 };
  const [band, chances] = text.split(':').map(Number);
  return { band: band as DrawClass['band'], chances: chances as number };
}

/**
 * `band × 2^48 + min over i < chances of top48(HMAC-SHA256(seed, public number ‖ i))`; `i` is one byte, `top48` the
 * first six bytes, big-endian.
 * @param seed the 32 seed bytes as a secret KeyObject
 * @param number the public number as written (43 characters of base64url)
 */
export function drawnOrder(
  seed: KeyObject,
  number: string,
  { band, chances }: Omit<DrawClass, 'band'> & { readonly band: number },
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
