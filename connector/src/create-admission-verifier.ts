/**
 * Verifies admission tokens offline, by the room's published keys. Who may enter was decided by the room; this only
 * answers whether the room said so, for this drop, to this browser, for now.
 */
import { base64url } from 'jose';
import { bindOf } from './bind-of.ts';
import { type AdmissionClaims, judgeClaims, readClaims } from './claims.ts';
import { createKeySet, type JwksSource } from './key-set.ts';
import { createRecent } from './recent.ts';
import { besideKeys, createRevocations } from './revocations.ts';
import { sameText } from './same-text.ts';
import { verifySignature } from './verify-signature.ts';
import { COMPACT_JWS, DIGEST, type RefusalReason, TOKEN_LENGTH_MAX } from './words.ts';

/** Options of {@link createAdmissionVerifier}. */
export interface AdmissionVerifierOptions {
  /** The room's public origin, compared exactly with `iss`. */
  readonly issuer: string;
  /**
   * Where the keys come from: an address, several (the first that answers counts), or a function. Asked once per 5
   * minutes, and for an unknown `kid` once per 30 seconds at most. During an outage the known keys stay good.
   */
  readonly jwks: JwksSource;
  /**
   * Where the admissions stand that were taken back: an address with `{drop}` in it, or several (the first that answers
   * counts). Asked once a second and drop while somebody presents tokens of it, so that a revoked one is refused within 5
   * s; during an outage of the room known tokens stay good. Default: beside `jwks`, if that is an address of the
   * room's (`…/.well-known/jwks.json`). `false`: nobody asks, and a token is good until it runs out.
   */
  readonly revocations?: string | readonly string[] | false;
  /** The clock, milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Default `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** How far this machine's clock may be from the room's, 0-60 seconds. Default 5. */
  readonly clockToleranceSeconds?: number;
  /** The longest lifetime accepted, 1-86400 seconds. Default 3600, the longest that an admission policy may set. */
  readonly lifetimeMaxSeconds?: number;
  /** How many verified tokens are remembered, 0-1,000,000 (about 1 KB each). Default 10,000. */
  readonly cacheSize?: number;
}

/** What a shopper presents, as it came: from cookies or headers, unchecked. */
export interface PresentedAdmission {
  readonly token: string | null | undefined;
  readonly secret: string | null | undefined;
  /** The drop that is asked for, from the path or the configuration; never from the token. */
  readonly drop: string;
}

/** An answer, not an error: refusals are everyday. */
export type AdmissionVerdict =
  | { readonly ok: true; readonly claims: AdmissionClaims }
  | { readonly ok: false; readonly reason: RefusalReason };

/** See {@link createAdmissionVerifier}. */
export interface AdmissionVerifier {
  /** Never throws and never rejects for what was presented. */
  verify(presented: PresentedAdmission): Promise<AdmissionVerdict>;
}

interface VerifiedToken {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly claims: AdmissionClaims;
}

/**
 * Makes a verifier: a token passes if it is Ed25519-signed (`alg: EdDSA`, `typ: admission+jwt`) by a key that the room
 * publishes, names this issuer and exactly this drop, is within its time, and comes beside the secret it is bound to.
 *
 * A signature is checked once per token; time, drop, secret, the standing of the key and whether the admission was taken
 * back are checked on every call.
 *
 * @example
 * const verifier = createAdmissionVerifier({
 *   issuer: 'https://room.example',
 *   jwks: 'https://room.example/.well-known/jwks.json',
 * });
 * const verdict = await verifier.verify({ token, secret, drop: 'sneaker-1' });
 *
 * @throws RangeError if an option is out of range; TypeError if the issuer or an address is missing.
 */
export function createAdmissionVerifier(options: AdmissionVerifierOptions): AdmissionVerifier {
  const { issuer, jwks, now = Date.now, fetch = globalThis.fetch } = options;
  const toleranceSeconds = inRange('clockToleranceSeconds', options.clockToleranceSeconds ?? 5, 0, 60);
  const lifetimeMaxSeconds = inRange('lifetimeMaxSeconds', options.lifetimeMaxSeconds ?? 3600, 1, 86_400);
  const cacheSize = inRange('cacheSize', options.cacheSize ?? 10_000, 0, 1_000_000);
  if (!issuer) throw new TypeError('issuer must be the public origin of the room');
  if (jwks.length === 0 && typeof jwks !== 'function')
    throw new TypeError('jwks must name at least one address');

  const lists = options.revocations === false ? [] : (options.revocations ?? besideKeys(jwks));
  const addresses = typeof lists === 'string' ? [lists] : lists;
  const revocations = addresses.length > 0 ? createRevocations({ addresses, now, fetch }) : null;
  const keySet = createKeySet({ source: jwks, now, fetch });
  const verified = createRecent<VerifiedToken>(cacheSize);

  async function recognise(token: string): Promise<VerifiedToken | RefusalReason> {
    const remembered = verified.get(token);
    // A key that is no longer published, or has changed, takes the tokens it signed with it.
    if (remembered && (await keySet.find(remembered.kid)) === remembered.key) return remembered;
    const parts = readParts(token);
    if (!parts) return 'token-malformed';
    const kid = kidOf(parts.header);
    if (kid === undefined) return 'header-not-allowed';
    const key = await keySet.find(kid);
    if (key === 'unknown') return 'key-unknown';
    if (key === 'unavailable') return 'keys-unavailable';

    if (!(await verifySignature(token, key))) return 'signature-invalid';
    const claims = readClaims(parseJson(parts.payload));
    if (!claims) return 'claims-invalid';
    const fresh = { kid, key, claims };
    verified.set(token, fresh);
    return fresh;
  }

  return {
    async verify({ token, secret, drop }) {
      if (!token) return refuse('token-missing');
      if (!secret) return refuse('secret-missing');
      if (token.length > TOKEN_LENGTH_MAX) return refuse('token-malformed');
      const known = await recognise(token);
      if (typeof known === 'string') return refuse(known);
      const { claims } = known;
      const nowSeconds = now() / 1000;
      const broken = judgeClaims(claims, { issuer, drop, nowSeconds, toleranceSeconds, lifetimeMaxSeconds });
      if (broken) return refuse(broken);
      if (!DIGEST.test(secret) || !sameText(await bindOf(secret), claims.cnf.bind))
        return refuse('secret-mismatch');
      const isRevoked = revocations?.has(drop, claims.jti) ?? false;
      // Nearly always known at once; only then is there something to wait for.
      if (isRevoked === true || (isRevoked && (await isRevoked))) return refuse('revoked');
      return { ok: true, claims };
    },
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The `kid` of a header that holds exactly what the room writes; anything else (`crit`, `jwk`, `jku`, `x5c`, `b64` …) is refused unread. */
function kidOf(header: Record<string, unknown>): string | undefined {
  const { alg, typ, kid, ...others } = header;
  if (alg !== 'EdDSA' || typ !== 'admission+jwt' || Object.keys(others).length > 0) return undefined;
  return typeof kid === 'string' && kid.length > 0 ? kid : undefined;
}

/** The header of a token in compact form and its payload, which nobody has vouched for yet; or null. */
function readParts(token: string): { header: Record<string, unknown>; payload: Uint8Array } | null {
  if (!COMPACT_JWS.test(token)) return null;
  const [header, payload, signature] = token.split('.').map(decodeCanonical);
  if (!header || !payload || !signature) return null;
  const value = parseJson(header);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return { header: { ...value }, payload };
}

/** One token, one spelling: bits that a lenient decoder drops would make several strings of it, all with a good signature. */
function decodeCanonical(text: string): Uint8Array | null {
  try {
    const decoded = base64url.decode(text);
    return base64url.encode(decoded) === text ? decoded : null;
  } catch {
    return null;
  }
}

/** The value, or null if it is not JSON in UTF-8. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return null;
  }
}

function inRange(name: string, value: number, min: number, max: number): number {
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be from ${min} to ${max}`);
}

function refuse(reason: RefusalReason): AdmissionVerdict {
  return { ok: false, reason };
}
