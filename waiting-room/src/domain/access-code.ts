/**
 * Reads access codes (ADR 0112). A code that the control plane made says itself what it is, sealed by the drop's key, so that
 * nobody keeps a list of them; a word that a merchant chose is known by its keyed digest. Uses are counted in Redis.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Codes of one kind, made together: all that the room has to know of them. */
export interface CodeBatch {
  /** 0 to 255, the drop's own name for it. */
  readonly number: number;
  /** `bypass`: whoever comes with one skips the line (ADR 0113). */
  readonly kind: 'access' | 'bypass';
  /** How many codes there are. */
  readonly count: number;
  /** How often each may be used. */
  readonly usesMax: number;
  /** Of a word that the merchant chose, base64url; null where the codes were made. */
  readonly wordDigest: string | null;
}

/** Written by the control plane into the drop's page document. */
export interface CodeRules {
  /** 32 bytes, base64url; nobody but the installation's services has it. */
  readonly key: string;
  /** Those that are good; one that was revoked is not among them. */
  readonly batches: readonly CodeBatch[];
}

export interface FoundCode {
  readonly batch: CodeBatch;
  /** `<batch>.<number in it>`: what its uses are counted by. */
  readonly id: string;
}

/** Longest text that is looked at; people write codes with blanks and hyphens. */
export const CODE_LENGTH_MAX = 64;

/** Crockford's base 32: nothing in it looks like something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const MADE = /^[0-9A-HJKMNP-TV-Z]{16}$/;
/** Layout of the 10 bytes: batch 1 · number 3, both masked by what follows · 6 of their HMAC-SHA-256. */
const HEAD_BYTES = 4;
const SEAL_BYTES = 6;
const WORD_DIGEST_BYTES = 16;

const keys = new WeakMap<CodeRules, KeyObject>();

/** One spelling of a code, however somebody typed it. */
export function spellingOf(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** Null for whatever is no code of this drop, for whichever reason: nobody shall learn which. */
export function findCode(rules: CodeRules, text: string): FoundCode | null {
  if (text.length > CODE_LENGTH_MAX) return null;
  let key = keys.get(rules);
  if (key === undefined) {
    key = createSecretKey(rules.key, 'base64url');
    keys.set(rules, key);
  }
  const spelling = spellingOf(text);
  const made = MADE.test(spelling) ? openCode(spelling, key) : null;
  const digest = macOf(key, 'word', Buffer.from(spelling)).toString('base64url', 0, WORD_DIGEST_BYTES);
  for (const batch of rules.batches) {
    if (batch.wordDigest !== null) {
      if (
        timingSafeEqual(
          Buffer.from(digest),
          Buffer.from(batch.wordDigest.padEnd(digest.length).slice(0, digest.length)),
        )
      )
        return { batch, id: `${batch.number}.0` };
    } else if (made?.batch === batch.number && made.number < batch.count)
      return { batch, id: `${batch.number}.${made.number}` };
  }
  return null;
}

function openCode(spelling: string, key: KeyObject): { batch: number; number: number } | null {
  const bytes = bytesOf(spelling);
  const seal = bytes.subarray(HEAD_BYTES);
  const mask = macOf(key, 'mask', seal);
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES).map((byte, at) => byte ^ (mask[at] as number)));
  if (!timingSafeEqual(macOf(key, 'seal', head).subarray(0, SEAL_BYTES), seal)) return null;
  return { batch: head.readUInt8(0), number: head.readUIntBE(1, 3) };
}

function macOf(key: KeyObject, use: string, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${use}\0`).update(bytes).digest();
}

/** 16 signs of 5 bits are 10 bytes. */
function bytesOf(spelling: string): Buffer {
  let bits = 0n;
  for (const sign of spelling) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(sign));
  return Buffer.from(bits.toString(16).padStart(2 * (HEAD_BYTES + SEAL_BYTES), '0'), 'hex');
}
