/** Makes and seals the seeds of draws: AES-256-GCM, bound to the drop they belong to. Nobody else holds the key. */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const SEED_BYTES = 32;

export interface SeedVault {
  /** A new seed in hex, and as it is kept. */
  create(drop: string): { readonly hex: string; readonly sealed: Buffer };
  /** The seed in hex. @throws Error when it was sealed for another drop or under another key, or was altered */
  open(drop: string, sealed: Buffer): string;
}

/** What is published of a seed when its drop is scheduled (Q6): hex SHA-256 of its 32 bytes. */
export function commitOf(seedHex: string): string {
  return createHash('sha256').update(Buffer.from(seedHex, 'hex')).digest('hex');
}

/** @param key 32 bytes in base64url */
export function createSeedVault(key: string): SeedVault {
  const secret = createSecretKey(key, 'base64url');
  return {
    create(drop) {
      const seed = randomBytes(SEED_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(drop));
      const sealed = Buffer.concat([nonce, cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
      return { hex: seed.toString('hex'), sealed };
    },
    open(drop, sealed) {
      const end = NONCE_BYTES + SEED_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(drop))
        .setAuthTag(sealed.subarray(end));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]).toString(
        'hex',
      );
    },
  };
}
