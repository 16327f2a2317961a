/** What the control plane signs for one drop and until a stated time, and a room only reads: preview links, staff passes. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export type SignedVerdict<Claims> =
  | { readonly ok: true; readonly claims: Claims }
  | {
      readonly ok: false;
      /** Goes on after "the … ". */
      readonly reason: string;
    };

export type ReadSigned<Claims> = (text: string, drop: string, nowMs: number) => SignedVerdict<Claims>;

/** In every payload; `exp` in seconds. */
interface Signed {
  readonly drop: string;
  readonly exp: number;
}

/**
 * `base64url(payload).base64url(HMAC-SHA-256)`; the payload is JSON: `drop`, `exp`, and what this kind says more.
 * @param serviceToken what the services of an installation share; the key of each kind is derived from it (RFC 5869)
 * @param kind says what the key is for, so that nothing signed as one kind is good as another
 * @param called in refusals: "preview link"
 */
export function createSignedReader<Claims extends Signed>(
  serviceToken: string,
  { kind, called }: { readonly kind: string; readonly called: string },
): ReadSigned<Claims> {
  const key = Buffer.from(hkdfSync('sha256', serviceToken, '', kind, 32));
  return (text, drop, nowMs) => {
    const [payload = '', mac = '', more] = text.split('.');
    const expected = createHmac('sha256', key).update(payload).digest('base64url');
    // Lengths are public; texts are compared, so that there is one spelling only. A cookie may hold any of them.
    const [given, due] = [Buffer.from(mac), Buffer.from(expected)];
    if (more !== undefined || given.length !== due.length) return refuse(`is not a ${called}`);
    if (!timingSafeEqual(given, due)) return refuse('is not signed by this installation');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    if (claims.drop !== drop) return refuse('was issued for another drop');
    if (claims.exp * 1000 <= nowMs) return refuse('has expired');
    return { ok: true, claims };
  };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
