/**
 * Reads a member claim: a short-lived JWT by which the shop says who a customer is and what class their ticket gets.
 * Bounds of the drop apply whatever a claim asks for.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { CUSTOMER_BYTES_MAX } from '../domain/ticket.ts';
import type { MemberRules, TicketClass } from '../queue/queue.ts';

/** A claim is made when its customer opens the page; one that lives for days is a key, not a claim. */
const LIFETIME_SECONDS_MAX = 86_400;
const TOLERANCE_SECONDS = 5;

export interface Member {
  /** The shop's own name for the customer, 1 to 64 bytes of UTF-8. */
  readonly customer: string;
  readonly class: TicketClass;
}

export type MemberVerdict =
  | { readonly ok: true; readonly member: Member }
  | { readonly ok: false; readonly reason: string };

/** Key sets are built once per version of a drop's page. */
const keySets = new WeakMap<MemberRules, ReturnType<typeof createLocalJWKSet>>();

/**
 * The member that `claim` names. Header: `typ` `member+jwt`, `alg` EdDSA or ES256, `kid` of one of the drop's keys.
 * Claims: `aud` the drop, `sub` the customer, `iat`, `exp` (at most a day later), and optionally `class` with `band`
 * (0-3), `chances`, `headStartSeconds`, cut to the drop's bounds, or the name of one of the drop's classes.
 */
export async function readMemberClaim(
  rules: MemberRules,
  drop: string,
  claim: string,
): Promise<MemberVerdict> {
  let keys = keySets.get(rules);
  if (keys === undefined) {
    keys = createLocalJWKSet({ keys: rules.keys } as unknown as JSONWebKeySet);
    keySets.set(rules, keys);
  }
  let payload: Record<string, unknown>;
  try {
    ({ payload } = await jwtVerify(claim, keys, {
      algorithms: ['EdDSA', 'ES256'],
      typ: 'member+jwt',
      audience: drop,
      requiredClaims: ['sub', 'iat', 'exp'],
      maxTokenAge: LIFETIME_SECONDS_MAX,
      clockTolerance: TOLERANCE_SECONDS,
    }));
  } catch (error) {
    if (error instanceof errors.JOSEError) return refuse(reasonOf(error));
    throw error;
  }
  const { sub, iat, exp, class: wanted = {} } = payload;
  if (
    typeof sub !== 'string' ||
    sub === '' ||
    Buffer.byteLength(sub) > CUSTOMER_BYTES_MAX ||
    !sub.isWellFormed()
  ) {
    return refuse(`"sub" must be 1 to ${CUSTOMER_BYTES_MAX} bytes of text`);
  }
  if ((exp as number) - (iat as number) > LIFETIME_SECONDS_MAX)
    return refuse('must not be valid for more than a day');
  const ticketClass = classOf(wanted, rules);
  if (typeof ticketClass === 'string') return refuse(ticketClass);
  return { ok: true, member: { customer: sub, class: ticketClass } };
}

function classOf(wanted: unknown, rules: MemberRules): TicketClass | string {
  if (typeof wanted === 'string') return namedClass(wanted, rules);
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted))
    return '"class" must be an object, or the name of a class';
  const { band = 1, chances = 1, headStartSeconds = 0 } = wanted as Record<string, unknown>;
  if (!isWhole(band) || band > 3) return '"class.band" must be 0, 1, 2 or 3';
  if (!isWhole(chances) || chances === 0) return '"class.chances" must be a whole number from 1 on';
  if (!isWhole(headStartSeconds)) return '"class.headStartSeconds" must be a whole number from 0 on';
  return {
    band: band as TicketClass['band'],
    chances: Math.min(chances, rules.chancesMax),
    headStartMs: Math.min(headStartSeconds, rules.headStartSecondsMax) * 1000,
  };
}

/** What a merchant has set is no claim, and is not cut. */
function namedClass(name: string, { classes = [] }: MemberRules): TicketClass | string {
  const found = classes.find((one) => one.name === name);
  if (!found) return '"class" names none of the classes of this drop';
  return { band: found.band, chances: found.chances, headStartMs: found.headStartSeconds * 1000 };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function refuse(reason: string): MemberVerdict {
  return { ok: false, reason };
}

/** In words of the caller, never the library's: those may change and may quote. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `"${error.claim}" is missing or wrong for this drop`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'is signed with a key that this drop does not know';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'has a wrong signature';
  return 'is not a signed member claim';
}
