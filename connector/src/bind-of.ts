/** What the room may know of a secret (Q32). */
import { base64url } from 'jose';
import { nodeCrypto } from './node-crypto.ts';

const utf8 = new TextEncoder();

/** base64url(SHA-256(secret as UTF-8)), 43 characters: travels in the address of the waiting page and comes back in the token's `cnf.bind`. */
export async function bindOf(secret: string): Promise<string> {
  if (nodeCrypto?.hash) return nodeCrypto.hash('sha256', secret, 'base64url');
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(secret))));
}
