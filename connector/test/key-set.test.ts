import { afterEach, describe, expect, test } from 'vitest';
import { createAdmissionVerifier, createSecret, type JwksSource } from '../src/index.ts';
import {
  createSigningKey,
  DROP,
  honestClaims,
  ISSUER,
  jwksOf,
  NOW_SECONDS,
  type SigningKey,
  signToken,
} from './support/fake-keys.ts';
import { type JwksServer, startJwksServer } from './support/jwks-server.ts';

const oldKey = createSigningKey('2026-10');
const newKey = createSigningKey('2026-11');
const secret = createSecret();
// Every question within an hour of its clock: what ends here is keys, not tokens.
const claims = { ...(await honestClaims(secret)), exp: NOW_SECONDS + 3500 };
const servers: JwksServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: unknown): Promise<JwksServer> {
  const server = await startJwksServer(answer);
  servers.push(server);
  return server;
}

/** A verifier with a clock that is moved by hand, and short ways to ask it. */
function verifierOf(jwks: JwksSource) {
  let nowMs = NOW_SECONDS * 1000;
  const verifier = createAdmissionVerifier({ issuer: ISSUER, jwks, now: () => nowMs });
  return {
    pass: (seconds: number) => (nowMs += seconds * 1000),
    ask: async (key: SigningKey, kid = key.kid) => {
      const token = signToken(key, claims, { alg: 'EdDSA', typ: 'admission+jwt', kid });
      const verdict = await verifier.verify({ token, secret, drop: DROP });
      return verdict.ok ? 'ok' : verdict.reason;
    },
  };
}

describe('keys are asked for seldom', () => {
  test('one question answers every token, also many at once', async () => {
    const server = await serve(jwksOf(oldKey, newKey));
    const { ask } = verifierOf(server.url);
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(index % 2 ? oldKey : newKey)),
    );
    expect(new Set(verdicts)).toEqual(new Set(['ok']));
    expect(server.asked()).toBe(1);
  });

  test('1.9: invented kids cause one question in 30 seconds, however many come', async () => {
    const server = await serve(jwksOf(oldKey));
    const { ask, pass } = verifierOf(server.url);
    await ask(oldKey);
    for (let index = 0; index < 200; index++)
      expect(await ask(newKey, `invented-${index}`)).toBe('key-unknown');
    pass(29.999);
    expect(await ask(newKey, 'invented')).toBe('key-unknown');
    expect(server.asked()).toBe(1);
    pass(0.001);
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask(newKey, `again-${index}`)));
    expect(server.asked()).toBe(2);
  });

  test('a key source that is a function is asked no more often than an address', async () => {
    let asked = 0;
    const { ask } = verifierOf(async () => {
      asked += 1;
      return jwksOf(oldKey);
    });
    for (let index = 0; index < 20; index++) await ask(newKey, `invented-${index}`);
    expect(asked).toBe(1);
  });

  test('a clock that is set back does not stop the questions', async () => {
    const server = await serve(jwksOf(oldKey));
    const { ask, pass } = verifierOf(server.url);
    await ask(oldKey);
    server.answer = jwksOf(oldKey, newKey);
    pass(-60);
    expect(await ask(newKey)).toBe('ok');
  });
});

describe('rotation refuses no shopper', () => {
  test('Q31: a key published since the last question is found by its kid, and the old one stays good', async () => {
    const server = await serve(jwksOf(oldKey));
    const { ask, pass } = verifierOf(server.url);
    expect(await ask(oldKey)).toBe('ok');
    server.answer = jwksOf(newKey, oldKey);
    pass(30);
    expect(await ask(newKey)).toBe('ok');
    expect(await ask(oldKey)).toBe('ok');
  });

  test('a key that is no longer published takes the remembered tokens with it', async () => {
    const server = await serve(jwksOf(oldKey, newKey));
    const { ask, pass } = verifierOf(server.url);
    expect(await ask(oldKey)).toBe('ok');
    server.answer = jwksOf(newKey);
    pass(30);
    await ask(newKey, 'invented');
    expect(await ask(oldKey)).toBe('key-unknown');
    expect(await ask(newKey)).toBe('ok');
  });

  test('a kid that is given to another key takes the remembered tokens with it', async () => {
    const server = await serve(jwksOf(oldKey));
    const { ask, pass } = verifierOf(server.url);
    expect(await ask(oldKey)).toBe('ok');
    server.answer = jwksOf(createSigningKey(oldKey.kid));
    pass(30);
    await ask(newKey, 'invented');
    expect(await ask(oldKey)).toBe('signature-invalid');
  });

  test('known keys are refreshed after five minutes, without making anyone wait', async () => {
    const server = await serve(jwksOf(oldKey));
    const { ask, pass } = verifierOf(server.url);
    await ask(oldKey);
    server.answer = jwksOf(newKey);
    pass(300);
    expect(await ask(oldKey)).toBe('ok');
    await expect.poll(() => ask(oldKey), { timeout: 5000 }).toBe('key-unknown');
    expect(server.asked()).toBe(2);
  });
});

describe('an outage of the key server', () => {
  test.each([
    ['answers 500', 500],
    ['redirects', 302],
    ['answers something that is no JSON', '<html>'],
    ['answers no keys', { keys: [] }],
    ['answers null', 'null'],
    ['answers more than 64 KiB', { keys: [], pad: 'x'.repeat(70_000) }],
    [
      'answers keys of other kinds only',
      { keys: [{ kty: 'oct', k: 'AAAA', kid: '2026-10' }, { kty: 'RSA', kid: 'r' }, null, 7] },
    ],
  ])('that %s keeps the known keys working', async (_how, answer) => {
    const server = await serve(jwksOf(oldKey));
    const { ask, pass } = verifierOf(server.url);
    await ask(oldKey);
    server.answer = answer;
    for (let minute = 0; minute < 20; minute++) {
      pass(60);
      expect(await ask(oldKey)).toBe('ok');
      expect(await ask(newKey)).toBe('key-unknown');
    }
    expect(server.asked()).toBeLessThanOrEqual(1 + 20);
  });

  test('before the first answer is told apart from a bad token, and is over as soon as the server answers', async () => {
    const server = await serve(503);
    const { ask, pass } = verifierOf(server.url);
    expect(await ask(oldKey)).toBe('keys-unavailable');
    expect(await ask(oldKey)).toBe('keys-unavailable');
    expect(server.asked()).toBe(1);
    server.answer = jwksOf(oldKey);
    pass(1);
    expect(await ask(oldKey)).toBe('ok');
  });

  test('before the first answer is asked for ever more slowly: 1, 2, 4 … 30 seconds', async () => {
    const server = await serve(503);
    const { ask, pass } = verifierOf(server.url);
    const askedAt: number[] = [];
    for (let second = 0, before = 0; second <= 100; second++) {
      await ask(oldKey);
      if (server.asked() > before) askedAt.push(second);
      before = server.asked();
      pass(1);
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  test('of the first address is bridged by the second', async () => {
    const down = await serve(500);
    const up = await serve(jwksOf(oldKey));
    const { ask } = verifierOf([down.url, up.url]);
    expect(await ask(oldKey)).toBe('ok');
    expect(down.asked()).toBe(1);
  });
});

test('private members and keys for other uses are not taken from a key document', async () => {
  const server = await serve({
    keys: [
      { ...oldKey.jwk, use: 'enc' },
      { ...newKey.jwk, d: 'AAAA' },
    ],
  });
  const { ask } = verifierOf(server.url);
  expect(await ask(oldKey)).toBe('key-unknown');
  expect(await ask(newKey)).toBe('ok');
});
