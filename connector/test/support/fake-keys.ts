/** Makes tokens of every kind, right and wrong, byte by byte: a library would refuse to write most of them. */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { bindOf } from '../../src/bind-of.ts';
import { createSecret } from '../../src/create-secret.ts';

export const ISSUER = 'https://room.example';
export const DROP = 'sneaker-1';
/** 2026-11-24T12:00:00Z in seconds. */
export const NOW_SECONDS = 1_795_521_600;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

export function createSigningKey(kid: string): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    kid,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' } as JWK,
  };
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same key for the same words, for what is committed. Never for anything else: whoever reads the words has the key. */
export function fixedSigningKey(kid: string, words: string): SigningKey {
  const seed = createHash('sha256').update(words).digest();
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  return { kid, privateKey, jwk: { ...jwk, kid, alg: 'EdDSA', use: 'sig' } as JWK };
}

/** A secret, or a public number, that is always the same for the same words. */
export function fixedDigest(words: string): string {
  return createHash('sha256').update(words).digest('base64url');
}

export function jwksOf(...keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: keys.map(({ jwk }) => jwk) };
}

/** The claims of an honest token for `secret`, 60 s old with 540 s to go. */
export async function honestClaims(secret: string) {
  const number = createSecret();
  const iat = NOW_SECONDS - 60;
  const bind = await bindOf(secret);
  return { iss: ISSUER, aud: DROP, sub: number, jti: number, iat, nbf: iat, exp: iat + 600, cnf: { bind } };
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

export function headerOf(key: SigningKey): Record<string, unknown> {
  return { alg: 'EdDSA', typ: 'admission+jwt', kid: key.kid };
}

/** A signed compact token; `header` and `claims` go in as they are. */
export function signToken(key: SigningKey, claims: unknown, header: unknown = headerOf(key)): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`;
}

/** A token with an HMAC made from `secretBytes`, as the RS256-to-HS256 confusion does. */
export function signHmac(secretBytes: Buffer | string, claims: unknown, header: unknown): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secretBytes).update(input).digest('base64url')}`;
}
