/**
 * Seals what the database keeps for others and must not be read there: signing secrets of webhooks. AES-256-GCM, bound to
 * the row it belongs to, under keys that only the service has. The first key seals, all of them open, so that a key is
 * replaced by putting a new one in front and leaving the old one until everything has been sealed anew.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^sealed:([A-Za-z0-9_-]{1,16}):([A-Za-z0-9_-]+)$/;

export interface SecretVault {
  /** @param owner what it is bound to: the id of its row */
  seal(owner: string, secret: string): string;
  /** @throws Error when it was sealed for another owner, altered, or under a key that is not here */
  open(owner: string, sealed: string): string;
  /** Not sealed under the first key: in clear, or under one that is to go. */
  isDue(kept: string): boolean;
}

/** @param keys comma list of `kid:key`, a key 32 bytes in base64url; the first seals */
export function createSecretVault(keys: string): SecretVault {
  const byKid = new Map(
    keys.split(',').map((entry): [string, KeyObject] => {
      const [kid = '', key = ''] = entry.trim().split(':');
      return [kid, createSecretKey(key, 'base64url')];
    }),
  );
  const [current] = byKid.keys();
  const aad = (owner: string, kid: string) => Buffer.from(`${owner} ${kid}`);
  return {
    seal(owner, secret) {
      const kid = current as string;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', byKid.get(kid) as KeyObject, nonce).setAAD(
        aad(owner, kid),
      );
      const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `sealed:${kid}:${sealed.toString('base64url')}`;
    },
    open(owner, sealed) {
      const [, kid = '', text = ''] = FORM.exec(sealed) ?? [];
      const key = byKid.get(kid);
      if (key === undefined) throw new Error(`there is no key "${kid}" to open it`);
      const bytes = Buffer.from(text, 'base64url');
      const end = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(aad(owner, kid))
        .setAuthTag(bytes.subarray(end));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString(
        'utf8',
      );
    },
    isDue: (kept) => FORM.exec(kept)?.[1] !== current,
  };
}
