/** Compact JWS by hand: libraries refuse to make what attackers send. */
import { createHmac, type KeyObject, sign } from 'node:crypto';

export type Members = Readonly<Record<string, unknown>>;

/** How a token is sealed: by a private key, by HMAC under some text, or not at all. */
export type Seal = KeyObject | { readonly hmac: Buffer } | 'none';

export function seal(header: Members, payload: Members | string, with_: Seal): string {
  const encoded = [header, payload].map((part) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
  );
  const input = encoded.join('.');
  return `${input}.${signatureOf(input, with_)}`;
}

function signatureOf(input: string, with_: Seal): string {
  if (with_ === 'none') return '';
  if ('hmac' in with_) return createHmac('sha256', with_.hmac).update(input).digest('base64url');
  return sign(null, Buffer.from(input), with_).toString('base64url');
}

/** Header and payload of a token, unverified. @throws when it is none */
export function open(token: string): { readonly header: Members; readonly payload: Members } {
  const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  return { header: JSON.parse(header ?? ''), payload: JSON.parse(payload ?? '') };
}

/** The parts as they are written. */
export function parts(token: string): [header: string, payload: string, signature: string] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
}
