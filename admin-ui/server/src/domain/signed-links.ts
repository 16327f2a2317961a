/**
 * What is signed here for one drop and until a stated time, and read by rooms (waiting-room/src/admission/signed-links.ts):
 * `base64url(payload).base64url(HMAC-SHA-256)`.
 */
import { createHmac, hkdfSync } from 'node:crypto';

interface Signable {
  readonly drop: string;
  readonly expiresAt: Date;
}

/**
 * @param serviceToken what the services of an installation share; the key of each kind is derived from it (RFC 5869)
 * @param kind says what the key is for, so that nothing signed as one kind is good as another
 */
export function createSigner<Claims extends Signable>(
  serviceToken: string,
  kind: string,
): (claims: Claims) => string {
  const key = Buffer.from(hkdfSync('sha256', serviceToken, '', kind, 32));
  return ({ expiresAt, ...said }) => {
    const exp = Math.floor(expiresAt.getTime() / 1000);
    const payload = Buffer.from(JSON.stringify({ ...said, exp })).toString('base64url');
    return `${payload}.${createHmac('sha256', key).update(payload).digest('base64url')}`;
  };
}
