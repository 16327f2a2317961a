/** Who may join a drop, and with which class (docs/draw.md): what a merchant sets. */
import type { Fault } from './fault.ts';
import type { Reason } from './reasons.ts';

/** A class by name, so that a shop's claim need not know figures. */
export interface MemberClass {
  readonly name: string;
  /** 0 draws before 1, and so on; everyone without a class is in 1. */
  readonly band: number;
  /** How often it draws; the best counts. */
  readonly chances: number;
  /** Over arrivals after the opening. */
  readonly headStartSeconds: number;
}

/** A public key as JWK (RFC 7517). */
export interface MemberKey {
  kid: string;
  kty: 'OKP' | 'EC';
  crv: 'Ed25519' | 'P-256';
  x: string;
  y?: string;
  alg?: 'EdDSA' | 'ES256';
  use?: 'sig';
}

export interface MemberRules {
  /** Of those who sign claims. */
  readonly keys: MemberKey[];
  /** What a claim that brings its own figures may ask for at most. */
  readonly chancesMax: number;
  readonly headStartSecondsMax: number;
  readonly classes: MemberClass[];
}

export interface DropAccess {
  /** Nobody gets a place without an access code. */
  readonly codeRequired: boolean;
  /** Null: everyone is alike. */
  readonly members: MemberRules | null;
}

export const OPEN_ACCESS: DropAccess = { codeRequired: false, members: null };

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What a schema can't say: names once, keys that are public and of a kind the room takes. */
export function accessFaults(value: unknown, at = '/access'): Fault[] {
  const { keys, classes } = recordOf(recordOf(value).members);
  return [
    ...repeated(listOf(keys), 'kid', `${at}/members/keys`),
    ...repeated(listOf(classes), 'name', `${at}/members/classes`),
    ...listOf(keys).flatMap((key, index) => {
      const reason = keyFault(recordOf(key));
      return reason === null ? [] : [{ path: `${at}/members/keys/${index}`, reason }];
    }),
  ];
}

function repeated(list: unknown[], member: string, at: string): Fault[] {
  const names = list.map((one) => recordOf(one)[member]);
  return names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index
      ? [{ path: `${at}/${index}/${member}`, reason: `${name} is stated twice` }]
      : [],
  );
}

function keyFault({ kty, crv, x, y, d }: Record<string, unknown>): Reason | null {
  if (d !== undefined) return 'must not be a private key: leave "d" with whoever signs';
  const isPoint = (part: unknown) => typeof part === 'string' && /^[A-Za-z0-9_-]{43}$/.test(part);
  if (kty === 'OKP' && crv === 'Ed25519') return isPoint(x) ? null : 'must have "x" of 32 bytes in base64url';
  if (kty === 'EC' && crv === 'P-256')
    return isPoint(x) && isPoint(y) ? null : 'must have "x" and "y" of 32 bytes in base64url';
  return 'must be an Ed25519 (OKP) or P-256 (EC) key';
}
