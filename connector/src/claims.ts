/** Reads the claims of an admission token, and judges those that need no key: form, issuer, drop, time. Pure. */
import { DIGEST, type RefusalReason } from './words.ts';

/** What an admission token says (Q31). Times are seconds since the epoch, by the clock of the room's Redis. */
export interface AdmissionClaims {
  /** Public origin of the room. */
  readonly iss: string;
  /** The drop. Always one string: a token opens one drop. */
  readonly aud: string;
  /** Public number of the ticket, 43 characters. */
  readonly sub: string;
  /** Equals `sub`: one ticket, one entry. */
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  /** `bind` is base64url(SHA-256(secret)). */
  readonly cnf: { readonly bind: string };
  /** The shop's own name for the customer, where the shop gave one. */
  readonly customer?: string;
}

export interface ClaimRules {
  readonly issuer: string;
  readonly drop: string;
  readonly nowSeconds: number;
  readonly toleranceSeconds: number;
  readonly lifetimeMaxSeconds: number;
}

/** Characters. */
const CUSTOMER_LENGTH_MAX = 256;

/** The claims if they have the right form, else undefined. Members that are not ours are left out. */
export function readClaims(payload: unknown): AdmissionClaims | undefined {
  if (!isRecord(payload)) return undefined;
  const { iss, aud, sub, jti, iat, nbf, exp, cnf, customer } = payload;
  if (typeof iss !== 'string' || typeof aud !== 'string') return undefined;
  if (!isDigest(sub) || jti !== sub) return undefined;
  if (!isInstant(iat) || !isInstant(nbf) || !isInstant(exp) || nbf >= exp || iat >= exp) return undefined;
  if (!isRecord(cnf) || !isDigest(cnf.bind)) return undefined;
  const claims = { iss, aud, sub, jti: sub, iat, nbf, exp, cnf: { bind: cnf.bind } };
  if (customer === undefined) return claims;
  if (typeof customer !== 'string' || customer.length === 0 || customer.length > CUSTOMER_LENGTH_MAX)
    return undefined;
  return { ...claims, customer };
}

/** The first rule that the claims break, or undefined. A token is good while `now < exp + tolerance`. */
export function judgeClaims(claims: AdmissionClaims, rules: ClaimRules): RefusalReason | undefined {
  if (claims.iss !== rules.issuer) return 'issuer-mismatch';
  if (claims.aud !== rules.drop) return 'drop-mismatch';
  if (claims.exp - Math.min(claims.iat, claims.nbf) > rules.lifetimeMaxSeconds) return 'lifetime-too-long';
  if (rules.nowSeconds >= claims.exp + rules.toleranceSeconds) return 'expired';
  if (rules.nowSeconds + rules.toleranceSeconds < Math.max(claims.iat, claims.nbf)) return 'not-yet-valid';
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && DIGEST.test(value);
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
