/** The Ed25519 keys of admission tokens: the first signs, all of them are published, so that a key can be rotated without a refused shopper. */
import { importJWK } from 'jose';
import type { AdmissionJwk } from '../config.ts';

/** A key as it is published. */
export interface PublicJwk extends Omit<AdmissionJwk, 'd'> {
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

export interface SigningKeys {
  readonly kid: string;
  readonly key: CryptoKey;
  /** The public JWKS document. */
  readonly jwks: { keys: PublicJwk[] };
}

/** @throws if a key is not a valid Ed25519 pair; config has checked the shape before. */
export async function importSigningKeys(
  keys: readonly [AdmissionJwk, ...AdmissionJwk[]],
): Promise<SigningKeys> {
  const [first] = keys;
  const key = (await importJWK({ ...first, alg: 'EdDSA' })) as CryptoKey;
  const published = keys.map(({ kid, kty, crv, x }) => ({
    kid,
    kty,
    crv,
    x,
    alg: 'EdDSA' as const,
    use: 'sig' as const,
  }));
  return { kid: first.kid, key, jwks: { keys: published } };
}
