/**
 * Links that show the page of a drop in any of its states, to merchants who try it before the day. The control plane signs
 * them (admin-ui/server/src/domain/preview-links.ts); a room only reads them.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export type PreviewVerdict =
  | {
      readonly ok: true;
      /** Of the control plane: the only one whose pages may frame the preview. */
      readonly origin: string;
    }
  | { readonly ok: false; readonly reason: string };

export type ReadPreviewLink = (text: string, drop: string, nowMs: number) => PreviewVerdict;

/**
 * `base64url(payload).base64url(HMAC-SHA-256)`; the payload is JSON: `drop`, `origin`, `exp` in seconds.
 * @param serviceToken what the services of an installation share; the key is derived from it (RFC 5869)
 */
export function createPreviewReader(serviceToken: string): ReadPreviewLink {
  const key = Buffer.from(hkdfSync('sha256', serviceToken, '', 'sluice preview link', 32));
  return (text, drop, nowMs) => {
    const [payload = '', mac = '', more] = text.split('.');
    const expected = createHmac('sha256', key).update(payload).digest('base64url');
    // Lengths are public; texts are compared, so that there is one spelling only.
    if (more !== undefined || mac.length !== expected.length) return refuse('is not a preview link');
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected)))
      return refuse('is not signed by this installation');
    const signed: { drop: string; origin: string; exp: number } = JSON.parse(
      Buffer.from(payload, 'base64url').toString(),
    );
    if (signed.drop !== drop) return refuse('was issued for another drop');
    if (signed.exp * 1000 <= nowMs) return refuse('has expired');
    return { ok: true, origin: signed.origin };
  };
}

function refuse(reason: string): PreviewVerdict {
  return { ok: false, reason };
}
