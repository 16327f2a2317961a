import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createSigningKey,
  DROP,
  honestClaims,
  ISSUER,
  jwksOf,
  NOW_SECONDS,
  signToken,
} from './support/fake-keys.ts';

/** The library as it loads where Node's own crypto is not at hand. */
let edge: typeof import('../src/index.ts');
let node: typeof import('../src/index.ts');
beforeAll(async () => {
  const without = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  vi.resetModules();
  edge = await import('../src/index.ts');
  expect(without).toHaveBeenCalled();
  without.mockRestore();
  vi.resetModules();
  node = await import('../src/index.ts');
});
afterAll(() => vi.resetModules());

const room = createSigningKey('room-1');
const stranger = createSigningKey('room-1');

async function verdictOn(change: (token: string) => string) {
  const secret = edge.createSecret();
  const token = change(signToken(room, await honestClaims(secret)));
  const verifier = edge.createAdmissionVerifier({
    issuer: ISSUER,
    jwks: async () => jwksOf(room),
    now: () => NOW_SECONDS * 1000,
  });
  await verifier.verify({ token, secret, drop: DROP }); // and again, remembered
  return verifier.verify({ token, secret, drop: DROP });
}

test('promise 3: by Web Crypto alone an honest token is accepted, an altered and a foreign one refused', async () => {
  const claims = await honestClaims(edge.createSecret());
  expect(await verdictOn((token) => token)).toMatchObject({ ok: true });
  const alter = (token: string) => {
    const [head, , signature] = token.split('.');
    return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
  };
  expect(await verdictOn(alter)).toEqual({ ok: false, reason: 'signature-invalid' });
  expect(await verdictOn(() => signToken(stranger, claims))).toEqual({
    ok: false,
    reason: 'signature-invalid',
  });
});

test('a secret has the same bind in every runtime', async () => {
  for (const secret of ['', 'ä', edge.createSecret()]) {
    expect(await edge.bindOf(secret)).toBe(await node.bindOf(secret));
  }
});

test('a runtime that has the way to Node’s modules and throws there (Next.js at the edge) is one without Node', async () => {
  const throwing = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    throw new Error('A Node.js API is used which is not supported in the Edge Runtime');
  });
  vi.resetModules();
  const { bindOf } = await import('../src/index.ts');
  throwing.mockRestore();
  expect(await bindOf('secret')).toBe(await node.bindOf('secret'));
});
