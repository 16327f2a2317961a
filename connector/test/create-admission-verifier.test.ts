import { describe, expect, test } from 'vitest';
import { createAdmissionVerifier, createSecret } from '../src/index.ts';
import { DROP, honestClaims, ISSUER, jwksOf, NOW_SECONDS, signToken } from './support/fake-keys.ts';
import { claims, forgeries, honest, respelled, room, secret, withClaims } from './support/forgeries.ts';

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
  expect((await verdictOn(withClaims({ exp: claims.iat + 3600 }))).ok).toBe(true);
  expect((await verdictOn(withClaims({ exp: claims.iat + 3601 }))).ok).toBe(false);
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
