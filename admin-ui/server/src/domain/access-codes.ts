/**
 * Makes access codes (ADR 0112). A code says itself what it is, sealed by a key that follows from the installation's and the
 * drop: nothing of it is stored, and the room reads it without a list (waiting-room/src/domain/access-code.ts).
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Drop } from './drop.ts';

/** What there is of codes of one kind, made together. */
export interface CodeBatch {
  /** 0 to 255; never given twice in a drop. */
  readonly number: number;
  /** `bypass`: whoever comes with one skips the line (ADR 0113). */
  readonly kind: 'access' | 'bypass';
  /** Whom it is for. */
  readonly label: string;
  readonly count: number;
  /** How often each may be used. */
  readonly usesMax: number;
  /** Of a word that was chosen; null where codes were made. */
  readonly wordDigest: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  /** Null: its codes are good. */
  readonly revokedAt: string | null;
}

/** What the room reads codes by. */
export interface CodeRules {
  readonly key: string;
  readonly batches: readonly Pick<CodeBatch, 'number' | 'kind' | 'count' | 'usesMax' | 'wordDigest'>[];
}

/** A number is one byte of each code. */
export const BATCHES_MAX = 256;
const KEY_BYTES = 32;
const SEAL_BYTES = 6;
const WORD_DIGEST_BYTES = 16;
/** Crockford's base 32: nothing in it looks like something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SIGNS = 16;

/** Keys of drops, base64url, from the installation's own: another for each, the same for ever. */
export function createCodeKeys(seedKey: string): (drop: string) => string {
  const secret = Buffer.from(seedKey, 'base64url');
  return (drop) =>
    Buffer.from(hkdfSync('sha256', secret, drop, 'sluice access codes', KEY_BYTES)).toString('base64url');
}

/** `ZRAF-TS8G-1XWF-836B`: batch and number, masked, and their seal: one in 2^48 guesses is good. */
export function makeCode(key: string, batch: number, number: number): string {
  const head = Buffer.alloc(4);
  head.writeUInt8(batch, 0);
  head.writeUIntBE(number, 1, 3);
  const seal = macOf(key, 'seal', head).subarray(0, SEAL_BYTES);
  const mask = macOf(key, 'mask', seal);
  const masked = Buffer.from(head.map((byte, at) => byte ^ (mask[at] as number)));
  let bits = BigInt(`0x${Buffer.concat([masked, seal]).toString('hex')}`);
  let signs = '';
  for (let i = 0; i < SIGNS; i++) {
    signs = `${ALPHABET[Number(bits & 31n)]}${signs}`;
    bits >>= 5n;
  }
  return signs.replaceAll(/(.{4})(?=.)/g, '$1-');
}

/** One spelling of a code, however somebody typed it. */
export function spellingOf(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

export function wordDigest(key: string, word: string): string {
  return macOf(key, 'word', Buffer.from(spellingOf(word))).toString('base64url', 0, WORD_DIGEST_BYTES);
}

/** For the room: nothing of what was withdrawn, nor whom codes are for. Undefined: there is nothing to read. */
export function codeRules(
  { id, access, codeBatches }: Pick<Drop, 'id' | 'access' | 'codeBatches'>,
  keyOf: (drop: string) => string,
): CodeRules | undefined {
  const batches = codeBatches
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ number, kind, count, usesMax, wordDigest: digest }) => ({
      ...{ number, kind, count, usesMax, wordDigest: digest },
    }));
  return batches.length > 0 || access.codeRequired ? { key: keyOf(id), batches } : undefined;
}

function macOf(key: string, use: string, bytes: Uint8Array): Buffer {
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(`${use}\0`).update(bytes).digest();
}
