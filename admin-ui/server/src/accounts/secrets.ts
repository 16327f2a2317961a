/** Secrets that are handed out, and what is kept of them: a digest where they are only compared, a seal where they are needed again. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';

const TOKEN_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** 256 random bits, base64url, 43 characters: for links, sessions, devices. */
export const makeToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What is kept of a token. No salt: nobody guesses 256 bits. */
export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Small letters without those that look alike (RFC 4648 base32); at most 32 characters. */
export function makeWord(length: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join('');
}

export interface SecretBox {
  seal(account: string, secret: string): Buffer;
  /** @throws Error when it was sealed for another account or under another key, or was altered */
  open(account: string, sealed: Buffer): string;
}

/**
 * AES-256-GCM, bound to the account it belongs to.
 * @param secret 32 bytes in base64url, from which the key is derived
 */
export function createSecretBox(secret: string): SecretBox {
  const derived = hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'sluice account secrets', 32);
  const key = createSecretKey(Buffer.from(derived));
  return {
    seal(account, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(account));
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(account, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(account))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      const text = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    },
  };
}
