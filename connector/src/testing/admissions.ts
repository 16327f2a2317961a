/** Admissions for tests: good ones, and every kind of wrong one that a shop can be shown. Made by `node:crypto`, byte by byte: a library would refuse to write most of the wrong ones. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bindOf } from '../bind-of.ts';
import { cookieNames } from '../cookies.ts';

/**
 * What is wrong with an admission:
 * `forged` signed by another key · `altered` a claim changed after signing · `unsigned` `alg: none` · `other-room`, `other-drop`
 * issued elsewhere, for something else · `stolen` shown beside another browser's secret · `expired`, `not-yet-valid`
 */
export type Flaw =
  | 'forged'
  | 'altered'
  | 'unsigned'
  | 'other-room'
  | 'other-drop'
  | 'stolen'
  | 'expired'
  | 'not-yet-valid';

export interface IssueOptions {
  readonly drop: string;
  /** Default 600; a real room takes 60 to 3600. */
  readonly lifetimeSeconds?: number;
  /** The shop's own name for the customer. */
  readonly customer?: string;
  /** What the browser's secret is bound by; by default the admission brings a secret of its own. */
  readonly bind?: string;
  /** Makes a wrong one. */
  readonly flaw?: Flaw;
}

/** An admission as a shopper brings it. */
export interface TestAdmission {
  readonly drop: string;
  readonly token: string;
  readonly secret: string;
  /** The public number: `sub` and `jti`. */
  readonly jti: string;
  /** For API clients: `Authorization` and `Sluice-Secret`. */
  readonly headers: { readonly authorization: string; readonly 'sluice-secret': string };
  /** A `Cookie` header, as a browser sends it to the shop at `publicUrl`. */
  cookieFor(publicUrl: string): string;
}

export interface TestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

const LIFETIME_SECONDS = 600;
/** Beyond what verifiers tolerate. */
const OUT_OF_TIME_SECONDS = 60;

export function createTestKey(kid: string): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' } };
}

const randomDigest = () => randomBytes(32).toString('base64url');
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param nowSeconds by the clock that the verifier goes by */
export async function issueAdmission(
  issuer: string,
  key: TestKey,
  { drop, lifetimeSeconds = LIFETIME_SECONDS, customer, bind, flaw }: IssueOptions,
  nowSeconds: number,
): Promise<TestAdmission> {
  const [secret, jti] = [randomDigest(), randomDigest()];
  const moved =
    flaw === 'expired'
      ? -lifetimeSeconds - OUT_OF_TIME_SECONDS
      : flaw === 'not-yet-valid'
        ? OUT_OF_TIME_SECONDS
        : 0;
  const iat = Math.floor(nowSeconds) + moved;
  const claims = {
    iss: flaw === 'other-room' ? 'https://another-room.example' : issuer,
    aud: flaw === 'other-drop' ? `${drop.slice(0, 30)}-other` : drop,
    sub: jti,
    jti,
    iat,
    nbf: iat,
    exp: iat + lifetimeSeconds,
    cnf: { bind: bind ?? (await bindOf(secret)) },
    ...(customer !== undefined && { customer }),
  };
  const header = { alg: flaw === 'unsigned' ? 'none' : 'EdDSA', typ: 'admission+jwt', kid: key.kid };
  const input = `${encode(header)}.${encode(claims)}`;
  const signer = flaw === 'forged' ? createTestKey(key.kid).privateKey : key.privateKey;
  const signature = sign(null, Buffer.from(input), signer).toString('base64url');
  const shown =
    flaw === 'altered' ? `${encode(header)}.${encode({ ...claims, exp: claims.exp + 60 })}` : input;
  return admissionOf(drop, `${shown}.${signature}`, flaw === 'stolen' ? randomDigest() : secret, jti);
}

function admissionOf(drop: string, token: string, secret: string, jti: string): TestAdmission {
  return {
    drop,
    token,
    secret,
    jti,
    headers: { authorization: `Bearer ${token}`, 'sluice-secret': secret },
    cookieFor(publicUrl) {
      const names = cookieNames(new URL(publicUrl).protocol === 'https:');
      return `${names.token(drop)}=${token}; ${names.secret(drop)}=${secret}`;
    },
  };
}
