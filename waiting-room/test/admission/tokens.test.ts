import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { importSigningKeys, type SigningKeys } from '../../src/admission/signing-keys.ts';
import { createTokenSigner, type TokenClaims } from '../../src/admission/tokens.ts';
import type { AdmissionJwk } from '../../src/config.ts';

const newKey = (kid: string): AdmissionJwk => ({
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Omit<AdmissionJwk, 'kid'>),
  kid,
});
const claims: TokenClaims = {
  drop: 'sneaker-1',
  number: createHash('sha256').update(randomBytes(16)).digest('base64url'),
  iat: 1_795_532_512,
  exp: 1_795_533_112,
  bind: createHash('sha256').update('secret').digest('base64url'),
  customer: null,
};
const old = newKey('2026-10');
const current = newKey('2026-11');
let keys: SigningKeys;

beforeAll(async () => {
  keys = await importSigningKeys([current, old]);
});

test('Q31: a token says who may enter, where, until when, and beside which secret', async () => {
  const token = await createTokenSigner('https://queue.example', keys)(claims);
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys.jwks), {
    currentDate: new Date(claims.iat * 1000),
    algorithms: ['EdDSA'],
    typ: 'admission+jwt',
    issuer: 'https://queue.example',
    audience: 'sneaker-1',
  });
  expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'admission+jwt', kid: '2026-11' });
  expect(payload).toEqual({
    iss: 'https://queue.example',
    aud: 'sneaker-1',
    sub: claims.number,
    jti: claims.number,
    iat: claims.iat,
    nbf: claims.iat,
    exp: claims.exp,
    cnf: { bind: claims.bind },
  });
});

test('Q31: a token carries the customer claim of its ticket, and none where there was none', async () => {
  const sign = createTokenSigner('https://queue.example', keys);
  expect(decodeJwt(await sign({ ...claims, customer: 'customer-77' })).customer).toBe('customer-77');
  expect(decodeJwt(await sign(claims))).not.toHaveProperty('customer');
});

test('Q18: the same grant gives the same token, on every instance', async () => {
  const elsewhere = createTokenSigner('https://queue.example', await importSigningKeys([current]));
  const token = await createTokenSigner('https://queue.example', keys)(claims);
  expect(await elsewhere(claims)).toBe(token);
  expect(await elsewhere({ ...claims, exp: claims.exp + 1 })).not.toBe(token);
});

test('keys rotate without a refused shopper: the first signs, every one is published, none with its private part', async () => {
  const before = await createTokenSigner('https://queue.example', await importSigningKeys([old]))(claims);
  const after = await createTokenSigner('https://queue.example', keys)(claims);
  expect([before, after].map((token) => decodeProtectedHeader(token).kid)).toEqual(['2026-10', '2026-11']);
  for (const token of [before, after]) {
    await expect(
      jwtVerify(token, createLocalJWKSet(keys.jwks), { currentDate: new Date(claims.iat * 1000) }),
    ).resolves.toBeTruthy();
  }
  expect(keys.jwks.keys.map(({ kid }) => kid)).toEqual(['2026-11', '2026-10']);
  for (const key of keys.jwks.keys)
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});
