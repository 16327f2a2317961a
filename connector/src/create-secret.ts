/** Makes the secret that ties an admission to one browser (Q32). */
import { base64url } from 'jose';

/** A new secret: base64url of 32 random bytes, 43 characters. Keep it where only its owner reads it; the room gets {@link bindOf} of it. */
export function createSecret(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}
