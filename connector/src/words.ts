/** Words that connector, room and checkout share: refusal reasons, the form of drop ids and numbers, length limits. */

/**
 * Why an admission was refused. The list is part of the contract: a reason is never renamed, new ones are added.
 *
 * | reason | means |
 * | --- | --- |
 * | `token-missing`, `secret-missing` | nothing was presented |
 * | `token-malformed` | not three canonical base64url parts of JSON, or too long |
 * | `header-not-allowed` | wrong `alg` or `typ`, or a header member other than `alg`, `typ`, `kid` |
 * | `key-unknown` | no published key has this `kid` |
 * | `keys-unavailable` | no key could be loaded so far; the only reason that is nobody's fault: answer 503, not 401 |
 * | `signature-invalid` | altered, or signed by someone else |
 * | `claims-invalid` | a claim is missing or has a wrong form |
 * | `issuer-mismatch`, `drop-mismatch` | a token of another room, of another drop |
 * | `not-yet-valid`, `expired`, `lifetime-too-long` | outside its time, or issued for longer than any policy allows |
 * | `secret-mismatch` | the token belongs to another browser |
 * | `revoked` | the shop has taken the admission back |
 */
export const REFUSAL_REASONS = [
  'token-missing',
  'secret-missing',
  'token-malformed',
  'header-not-allowed',
  'key-unknown',
  'keys-unavailable',
  'signature-invalid',
  'claims-invalid',
  'issuer-mismatch',
  'drop-mismatch',
  'not-yet-valid',
  'expired',
  'lifetime-too-long',
  'secret-mismatch',
  'revoked',
] as const;

/** One of {@link REFUSAL_REASONS}. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The form of a drop id. */
export const DROP_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** base64url of 32 bytes: public numbers, secrets and binds. */
export const DIGEST = /^[A-Za-z0-9_-]{43}$/;

/** Characters. A token of the room has about 500; a cookie holds 4096 with name and attributes. */
export const TOKEN_LENGTH_MAX = 2048;

/** Three base64url parts without padding. */
export const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
