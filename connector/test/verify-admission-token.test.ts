import { expect, test } from 'vitest';
import { createSecret, verifyAdmissionToken } from '../src/index.ts';
import {
  createSigningKey,
  DROP,
  honestClaims,
  ISSUER,
  jwksOf,
  NOW_SECONDS,
  signToken,
} from './support/fake-keys.ts';
import { startJwksServer } from './support/jwks-server.ts';

const key = createSigningKey('room-1');
const secret = createSecret();
const claims = await honestClaims(secret);
const token = signToken(key, claims);

test('1.9: one call judges a token as a verifier does, and the keys are asked for once for the same options', async () => {
  const server = await startJwksServer(jwksOf(key));
  const room = { issuer: ISSUER, jwks: server.url, now: () => NOW_SECONDS * 1000 };
  expect(await verifyAdmissionToken({ token, secret, drop: DROP }, room)).toEqual({ ok: true, claims });
  expect(await verifyAdmissionToken({ token, secret: createSecret(), drop: DROP }, room)).toEqual({
    ok: false,
    reason: 'secret-mismatch',
  });
  expect(await verifyAdmissionToken({ token, secret, drop: 'sneaker-2' }, room)).toEqual({
    ok: false,
    reason: 'drop-mismatch',
  });
  expect(server.asked()).toBe(1);
  await server.close();
});

test('1.9: a room that was named wrongly is an error of the caller', async () => {
  await expect(
    verifyAdmissionToken({ token, secret, drop: DROP }, { issuer: '', jwks: 'x' }),
  ).rejects.toThrow(TypeError);
});
