/** Signs admission tokens (Q31): a function of the grant alone, so that asking again gives the same token. */
import { SignJWT } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

/** What a token is made from. Seconds since the epoch, Redis time. */
export interface TokenClaims {
  readonly drop: string;
  /** Public number: `sub` and `jti`. */
  readonly number: string;
  readonly iat: number;
  readonly exp: number;
  /** base64url SHA-256 of the connector's secret. */
  readonly bind: string;
  /** The shop's own name for the customer; null where no member claim was presented. */
  readonly customer: string | null;
}

export type SignToken = (claims: TokenClaims) => Promise<string>;

/**
 * Ed25519 signatures are deterministic (RFC 8032) and the members stand in a fixed order: the same claims under the same
 * key are the same bytes, on every instance.
 */
export function createTokenSigner(issuer: string, keys: SigningKeys): SignToken {
  return ({ drop, number, iat, exp, bind, customer }) =>
    new SignJWT({
      iss: issuer,
      aud: drop,
      sub: number,
      jti: number,
      iat,
      nbf: iat,
      exp,
      cnf: { bind },
      ...(customer !== null && { customer }),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'admission+jwt', kid: keys.kid })
      .sign(keys.key);
}
