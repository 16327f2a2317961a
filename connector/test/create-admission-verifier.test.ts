import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAdmissionVerifier, createSecret, type RefusalReason } from '../src/index.ts';
import {
  createSigningKey,
  DROP,
  encode,
  headerOf,
  honestClaims,
  ISSUER,
  jwksOf,
  NOW_SECONDS,
  signHmac,
  signToken,
} from './support/fake-keys.ts';

const room = createSigningKey('room-1');
const stranger = createSigningKey('room-1');
const secret = createSecret();
const claims = await honestClaims(secret);
const honest = signToken(room, claims);

function verifierAt(nowSeconds: number, cacheSize = 100) {
  let now = nowSeconds;
  const verifier = createAdmissionVerifier({
    issuer: ISSUER,
    jwks: async () => jwksOf(room),
    now: () => now * 1000,
    cacheSize,
  });
  return { verifier, setNow: (seconds: number) => (now = seconds) };
}

const verdictOn = (token: string | null, presentedSecret: string | null = secret, drop = DROP) =>
  verifierAt(NOW_SECONDS).verifier.verify({ token, secret: presentedSecret, drop });

test('an honest token beside its secret is accepted and its claims come back', async () => {
  expect(await verdictOn(honest)).toEqual({ ok: true, claims });
  const withCustomer = { ...claims, customer: 'c-17' };
  expect(await verdictOn(signToken(room, withCustomer))).toEqual({ ok: true, claims: withCustomer });
});

test('claims that are not ours do not reach the caller', async () => {
  expect(await verdictOn(signToken(room, { ...claims, admin: true }))).toEqual({ ok: true, claims });
});

const [head, body, signature] = honest.split('.') as [string, string, string];
const publicPem = createPublicKey(room.privateKey).export({ type: 'spki', format: 'pem' }) as string;
const publicRaw = Buffer.from(room.jwk.x as string, 'base64url');
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecInput = `${encode({ ...headerOf(room), alg: 'ES256' })}.${body}`;
const with_ = (change: object) => signToken(room, { ...claims, ...change });
const headed = (change: object) => signToken(room, claims, { ...headerOf(room), ...change });
const without = (name: keyof typeof claims) => signToken(room, { ...claims, [name]: undefined });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The same bytes for a lenient decoder: the last character's four spare bits are set differently. */
const respelled = `${head}.${body}.${signature.slice(0, -1)}${ALPHABET[ALPHABET.indexOf(signature.at(-1) as string) + 1]}`;

const forgeries: readonly (readonly [kind: string, token: string | null, reason: RefusalReason])[] = [
  ['nothing', null, 'token-missing'],
  ['an empty text', '', 'token-missing'],
  ['a text that is no token', 'let-me-in', 'token-malformed'],
  ['two parts', `${head}.${body}`, 'token-malformed'],
  ['four parts', `${honest}.${signature}`, 'token-malformed'],
  ['an empty signature', `${head}.${body}.`, 'token-malformed'],
  ['surrounding white space', ` ${honest}`, 'token-malformed'],
  ['base64 with padding', `${head}==.${body}.${signature}`, 'token-malformed'],
  ['standard base64 characters', honest.replace(/[-_]/, '+').concat('+'), 'token-malformed'],
  ['the same signature in another spelling', respelled, 'token-malformed'],
  ['too great a length', signToken(room, { ...claims, pad: 'x'.repeat(4000) }), 'token-malformed'],
  ['a header that is no JSON', signToken(room, claims, 'alg=EdDSA'), 'token-malformed'],
  ['a header that is an array', signToken(room, claims, ['EdDSA']), 'token-malformed'],
  ['a header that is null', signToken(room, claims, null), 'token-malformed'],
  [
    'alg none with an empty signature',
    `${encode({ ...headerOf(room), alg: 'none' })}.${body}.`,
    'token-malformed',
  ],
  ['alg none with a signature', headed({ alg: 'none' }), 'header-not-allowed'],
  ['alg NONE', headed({ alg: 'NONE' }), 'header-not-allowed'],
  ['alg in another case', headed({ alg: 'eddsa' }), 'header-not-allowed'],
  ['alg as an array', headed({ alg: ['EdDSA'] }), 'header-not-allowed'],
  [
    'HS256 with the public key as PEM',
    signHmac(publicPem, claims, { ...headerOf(room), alg: 'HS256' }),
    'header-not-allowed',
  ],
  [
    'HS256 with the raw public key',
    signHmac(publicRaw, claims, { ...headerOf(room), alg: 'HS256' }),
    'header-not-allowed',
  ],
  ['an HMAC that calls itself EdDSA', signHmac(publicRaw, claims, headerOf(room)), 'signature-invalid'],
  [
    'ES256 by a key of its own',
    `${ecInput}.${sign('sha256', Buffer.from(ecInput), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`,
    'header-not-allowed',
  ],
  ['crit with an unknown extension', headed({ crit: ['b64'], b64: false }), 'header-not-allowed'],
  [
    'an embedded jwk',
    signToken(stranger, claims, { ...headerOf(stranger), jwk: stranger.jwk }),
    'header-not-allowed',
  ],
  ['a jku', headed({ jku: 'https://evil.example/jwks.json' }), 'header-not-allowed'],
  ['an x5u', headed({ x5u: 'https://evil.example/chain.pem' }), 'header-not-allowed'],
  ['an x5c', headed({ x5c: ['MIIB'] }), 'header-not-allowed'],
  ['zip', headed({ zip: 'DEF' }), 'header-not-allowed'],
  ['a cty', headed({ cty: 'JWT' }), 'header-not-allowed'],
  ['typ JWT', headed({ typ: 'JWT' }), 'header-not-allowed'],
  ['no typ', signToken(room, claims, { alg: 'EdDSA', kid: room.kid }), 'header-not-allowed'],
  ['no kid', signToken(room, claims, { alg: 'EdDSA', typ: 'admission+jwt' }), 'header-not-allowed'],
  ['an empty kid', headed({ kid: '' }), 'header-not-allowed'],
  ['a kid that is a number', headed({ kid: 1 }), 'header-not-allowed'],
  ['a kid that is a path', headed({ kid: '../../dev/null' }), 'key-unknown'],
  ['a kid that is a member of every object', headed({ kid: '__proto__' }), 'key-unknown'],
  ['a kid that is SQL', headed({ kid: "x' union select 'k" }), 'key-unknown'],
  ['the signature of another key under the right kid', signToken(stranger, claims), 'signature-invalid'],
  [
    'altered claims under the old signature',
    `${head}.${encode({ ...claims, exp: claims.exp + 1 })}.${signature}`,
    'signature-invalid',
  ],
  [
    'an altered signature',
    `${head}.${body}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
    'signature-invalid',
  ],
  ['a signature of zeroes', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`, 'signature-invalid'],
  [
    'the signature of another token',
    `${head}.${body}.${with_({ exp: claims.exp + 1 }).split('.')[2]}`,
    'signature-invalid',
  ],
  ['a short signature', `${head}.${body}.AAAA`, 'signature-invalid'],
  ['another issuer', with_({ iss: 'https://evil.example' }), 'issuer-mismatch'],
  ['the issuer with a slash', with_({ iss: `${ISSUER}/` }), 'issuer-mismatch'],
  ['no issuer', without('iss'), 'claims-invalid'],
  ['another drop', with_({ aud: 'sneaker-2' }), 'drop-mismatch'],
  ['the drop in upper case', with_({ aud: DROP.toUpperCase() }), 'drop-mismatch'],
  ['a list of drops', with_({ aud: [DROP] }), 'claims-invalid'],
  ['no audience', without('aud'), 'claims-invalid'],
  ['a jti that is not the subject', with_({ jti: createSecret() }), 'claims-invalid'],
  ['a number of another form', with_({ sub: 'x', jti: 'x' }), 'claims-invalid'],
  ['no subject', without('sub'), 'claims-invalid'],
  ['no iat', without('iat'), 'claims-invalid'],
  ['no nbf', without('nbf'), 'claims-invalid'],
  ['no exp', without('exp'), 'claims-invalid'],
  ['exp as a text', with_({ exp: String(claims.exp) }), 'claims-invalid'],
  [
    'exp beyond all numbers',
    signToken(room, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999')),
    'claims-invalid',
  ],
  ['exp before nbf', with_({ exp: claims.nbf - 1 }), 'claims-invalid'],
  ['an end long past', with_({ iat: 1000, nbf: 1000, exp: 1600 }), 'expired'],
  ['a beginning to come', with_({ iat: NOW_SECONDS + 6, nbf: NOW_SECONDS + 6 }), 'not-yet-valid'],
  ['an iat to come', with_({ iat: NOW_SECONDS + 6 }), 'not-yet-valid'],
  ['a lifetime of more than an hour', with_({ exp: claims.iat + 3601 }), 'lifetime-too-long'],
  ['a lifetime hidden behind a late iat', with_({ nbf: claims.iat - 3600 }), 'lifetime-too-long'],
  ['no binding', without('cnf'), 'claims-invalid'],
  ['a binding that is a list', with_({ cnf: [claims.cnf.bind] }), 'claims-invalid'],
  ['an empty binding', with_({ cnf: { bind: '' } }), 'claims-invalid'],
  ['the binding of another secret', with_({ cnf: { bind: createSecret() } }), 'secret-mismatch'],
  ['the secret itself as binding', with_({ cnf: { bind: secret } }), 'secret-mismatch'],
  ['a customer that is no text', with_({ customer: { id: 1 } }), 'claims-invalid'],
  ['claims that are an array', signToken(room, [claims]), 'claims-invalid'],
  ['claims that are null', signToken(room, null), 'claims-invalid'],
  ['claims that are no JSON', signToken(room, 'drop=sneaker-1'), 'claims-invalid'],
];

describe('promise 3: what is not an honest token is refused', () => {
  test.each(forgeries)('%s', async (_kind, token, reason) => {
    expect(await verdictOn(token)).toEqual({ ok: false, reason });
  });

  test.each([
    ['no secret', null, 'secret-missing'],
    ['an empty secret', '', 'secret-missing'],
    ['another secret', createSecret(), 'secret-mismatch'],
    ['the binding as secret', claims.cnf.bind, 'secret-mismatch'],
    ['the secret with one more character', `${secret}A`, 'secret-mismatch'],
    ['a secret of a megabyte', 'x'.repeat(1_000_000), 'secret-mismatch'],
  ] as const)('Q32: an honest token beside %s', async (_kind, presented, reason) => {
    expect(await verdictOn(honest, presented)).toEqual({ ok: false, reason });
  });

  test('a short secret is refused even if the token is bound to it', async () => {
    const weak = signToken(room, await honestClaims('1234'));
    expect(await verdictOn(weak, '1234')).toEqual({ ok: false, reason: 'secret-mismatch' });
  });

  test('an honest token does not open another drop', async () => {
    expect(await verdictOn(honest, secret, 'sneaker-2')).toEqual({ ok: false, reason: 'drop-mismatch' });
  });
});

describe('a token is good in its time only, to the millisecond, remembered or not', () => {
  test.each([0, 100])('cacheSize %i', async (cacheSize) => {
    const { verifier, setNow } = verifierAt(NOW_SECONDS, cacheSize);
    const verdictAt = async (seconds: number) => {
      setNow(seconds);
      const verdict = await verifier.verify({ token: honest, secret, drop: DROP });
      return verdict.ok ? 'ok' : verdict.reason;
    };
    expect(await verdictAt(claims.nbf - 5)).toBe('ok');
    expect(await verdictAt(claims.nbf - 5.001)).toBe('not-yet-valid');
    expect(await verdictAt(claims.exp + 4.999)).toBe('ok');
    expect(await verdictAt(claims.exp + 5)).toBe('expired');
  });
});

test('a remembered token is still refused for another secret, another drop, and in another spelling', async () => {
  const { verifier } = verifierAt(NOW_SECONDS);
  expect((await verifier.verify({ token: honest, secret, drop: DROP })).ok).toBe(true);
  expect(await verifier.verify({ token: honest, secret: createSecret(), drop: DROP })).toMatchObject({
    reason: 'secret-mismatch',
  });
  expect(await verifier.verify({ token: honest, secret, drop: 'other' })).toMatchObject({
    reason: 'drop-mismatch',
  });
  expect(await verifier.verify({ token: respelled, secret, drop: DROP })).toMatchObject({
    reason: 'token-malformed',
  });
});

test('the longest lifetime is accepted, one second more is not', async () => {
  expect((await verdictOn(with_({ exp: claims.iat + 3600 }))).ok).toBe(true);
  expect((await verdictOn(with_({ exp: claims.iat + 3601 }))).ok).toBe(false);
});

test.each([
  ['clockToleranceSeconds', -1],
  ['clockToleranceSeconds', 61],
  ['clockToleranceSeconds', Number.NaN],
  ['lifetimeMaxSeconds', 0],
  ['lifetimeMaxSeconds', 86_401],
  ['cacheSize', -1],
  ['cacheSize', Number.POSITIVE_INFINITY],
])('%s = %d is refused when the verifier is made', (name, value) => {
  expect(() =>
    createAdmissionVerifier({ issuer: ISSUER, jwks: async () => jwksOf(room), [name]: value }),
  ).toThrow(RangeError);
});

test('an empty issuer or an empty list of addresses is refused when the verifier is made', () => {
  expect(() => createAdmissionVerifier({ issuer: '', jwks: 'https://room.example/jwks' })).toThrow(TypeError);
  expect(() => createAdmissionVerifier({ issuer: ISSUER, jwks: [] })).toThrow(TypeError);
});
