import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { readMemberClaim } from '../../src/admission/member-claims.ts';
import type { MemberRules } from '../../src/queue/queue.ts';

const pair = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const rules: MemberRules = {
  keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'shop-1' }],
  chancesMax: 4,
  headStartSecondsMax: 60,
  classes: [{ name: 'gold', band: 0, chances: 8, headStartSeconds: 600 }],
};

interface Parts {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: KeyObject;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

function sign({ claims = {}, header = {}, key = pair.privateKey }: Parts = {}): Promise<string> {
  const now = nowSeconds();
  return new SignJWT({ aud: 'a', sub: 'customer-77', iat: now, exp: now + 600, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'member+jwt', kid: 'shop-1', ...header })
    .sign(key);
}

const read = async (parts?: Parts) => readMemberClaim(rules, 'a', await sign(parts));

test('a claim of the shop names the customer and gives the class it says', async () => {
  const verdict = await read({ claims: { class: { band: 0, chances: 3, headStartSeconds: 20 } } });
  expect(verdict).toEqual({
    ok: true,
    member: { customer: 'customer-77', class: { band: 0, chances: 3, headStartMs: 20_000 } },
  });
  expect(await read()).toEqual({
    ok: true,
    member: { customer: 'customer-77', class: { band: 1, chances: 1, headStartMs: 0 } },
  });
});

test('Q12: the drop’s own bounds hold, whatever a claim asks for', async () => {
  const verdict = await read({ claims: { class: { chances: 200, headStartSeconds: 86_400 } } });
  expect(verdict).toMatchObject({ ok: true, member: { class: { chances: 4, headStartMs: 60_000 } } });
});

test('4.2: a claim may name a class that the merchant has set, which is given as it was set', async () => {
  expect(await read({ claims: { class: 'gold' } })).toMatchObject({
    ok: true,
    member: { class: { band: 0, chances: 8, headStartMs: 600_000 } },
  });
});

const refusals: readonly (readonly [what: string, parts: Parts, reason: RegExp])[] = [
  ['of a class that the drop has not', { claims: { class: 'silver' } }, /none of the classes/],
  ['of another drop', { claims: { aud: 'b' } }, /"aud"/],
  ['without a customer', { claims: { sub: undefined } }, /"sub"/],
  ['with an empty customer', { claims: { sub: '' } }, /"sub"/],
  ['with a customer of 65 bytes', { claims: { sub: 'x'.repeat(65) } }, /"sub"/],
  ['without an end', { claims: { exp: undefined } }, /"exp"/],
  ['that has ended', { claims: { iat: nowSeconds() - 700, exp: nowSeconds() - 100 } }, /expired/],
  ['made more than a day ago', { claims: { iat: nowSeconds() - 90_000 } }, /expired|"iat"/],
  ['valid for more than a day', { claims: { exp: nowSeconds() + 90_000 } }, /more than a day/],
  ['by a stranger’s key', { key: stranger.privateKey }, /signature/],
  ['by an unknown key id', { header: { kid: 'shop-2' } }, /does not know/],
  ['of another type of token', { header: { typ: 'admission+jwt' } }, /"typ"/],
  ['with a band that is none', { claims: { class: { band: 4 } } }, /class\.band/],
  ['with no chance', { claims: { class: { chances: 0 } } }, /class\.chances/],
  ['with a class that is a list', { claims: { class: [1] } }, /"class"/],
  ['with a negative head start', { claims: { class: { headStartSeconds: -1 } } }, /headStartSeconds/],
];

test.each(refusals)('promise 8: a claim %s is refused with its reason', async (_what, parts, reason) => {
  const verdict = await read(parts);
  expect(verdict.ok).toBe(false);
  expect(verdict.ok ? '' : verdict.reason).toMatch(reason);
});

test('promise 3: a claim without a signature, or signed with the public key as a secret, is refused', async () => {
  const [, payload] = (await sign()).split('.');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'member+jwt', kid: 'shop-1' })).toString(
    'base64url',
  );
  expect(await readMemberClaim(rules, 'a', `${none}.${payload}.`)).toMatchObject({ ok: false });
  const secret = Buffer.from(JSON.stringify(rules.keys[0]));
  const confused = await new SignJWT({
    aud: 'a',
    sub: 'customer-77',
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'member+jwt', kid: 'shop-1' })
    .sign(secret);
  expect(await readMemberClaim(rules, 'a', confused)).toMatchObject({ ok: false });
  for (const text of ['', 'x', 'a.b.c', '..']) {
    expect(await readMemberClaim(rules, 'a', text)).toMatchObject({ ok: false });
  }
});
