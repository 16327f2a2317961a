/** Both sides of the core's limits, and forms that are almost right: what planted faults showed no other test to look at. */
import { ReadableStream } from 'node:stream/web';
import { waitUntil } from '@sluice/service-kit/testing';
import type { JWK } from 'jose';
import { expect, test } from 'vitest';
import { bindOf } from '../../src/bind-of.ts';
import { takeToken } from '../../src/callback.ts';
import { readClaims } from '../../src/claims.ts';
import { cookieNames } from '../../src/cookies.ts';
import { createConnector } from '../../src/create-connector.ts';
import { createKeySet } from '../../src/key-set.ts';
import { hasDotSegment } from '../../src/path-rules.ts';
import { readText } from '../../src/read-text.ts';
import { refusalFor } from '../../src/refusals.ts';
import { TOKEN_LENGTH_MAX } from '../../src/words.ts';
import { createSigningKey, honestClaims } from '../support/fake-keys.ts';

const bodyOf = (text: string) => ({ body: new Response(text).body });

test('a body at its limit is read, one byte more is not, and none is empty', async () => {
  expect(await readText(bodyOf('12345'), 5)).toBe('12345');
  await expect(readText(bodyOf('123456'), 5)).rejects.toThrow('more than 5 bytes');
  expect(await readText({ body: null }, 5)).toBe('');
});

test('text that was cut in the middle of a character is whole again', async () => {
  const [first, ...rest] = [...new TextEncoder().encode('ä€')];
  const body = ReadableStream.from([new Uint8Array([first as number]), new Uint8Array(rest)]);
  expect(await readText({ body: body as never }, 100)).toBe('ä€');
});

test('the callback takes a token of the greatest length, and none that is longer', async () => {
  const options = { names: cookieNames(true), isSecure: true };
  const send = (length: number) => {
    const form = new URLSearchParams({ token: `${'a'.repeat(length - 4)}.b.c`, drop: 'd', to: '/' });
    return takeToken(new Request('https://shop.example/', { method: 'POST', body: form }), options);
  };
  expect((await send(TOKEN_LENGTH_MAX)).status).toBe(303);
  expect((await send(TOKEN_LENGTH_MAX + 1)).status).toBe(400);
});

test.each([
  ['nbf equal to exp', { nbf: 200, exp: 200 }, false],
  ['nbf just before exp', { nbf: 199, exp: 200 }, true],
  ['iat equal to exp', { iat: 200, exp: 200 }, false],
  ['iat at the beginning of time', { iat: 0, nbf: 0 }, true],
  ['iat before it', { iat: -1 }, false],
  ['a customer of the greatest length', { customer: 'c'.repeat(256) }, true],
  ['one that is longer', { customer: 'c'.repeat(257) }, false],
])('claims with %s', async (_, change, isGood) => {
  const claims = { ...(await honestClaims('s')), iat: 100, nbf: 100, exp: 200, ...change };
  expect(readClaims(claims) !== undefined).toBe(isGood);
});

const { jwk } = createSigningKey('good');
const verdicts: [string, unknown, boolean][] = [
  ['without alg', { ...jwk, alg: undefined }, true],
  ['with alg Ed25519', { ...jwk, alg: 'Ed25519' }, true],
  ['with alg ES256', { ...jwk, alg: 'ES256' }, false],
  ['of another type', { ...jwk, kty: 'EC' }, false],
  ['of another curve', { ...jwk, crv: 'X25519' }, false],
  ['without x', { ...jwk, x: undefined }, false],
  ['with an x that is no key', { ...jwk, x: 'AA' }, false],
  ['with an empty kid', { ...jwk, kid: '' }, false],
  ['that is null', null, false],
  ['that is text', 'key', false],
];
test.each(verdicts)('Q31: a published key %s', async (_, listed, isGood) => {
  const kid = (listed as JWK | null)?.kid ?? 'good';
  const document = { keys: [listed, createSigningKey('other').jwk] as JWK[] };
  const keys = createKeySet({ source: async () => document, now: () => 1e12, fetch });
  expect(await keys.find('other')).toBeInstanceOf(CryptoKey);
  const found = await keys.find(kid);
  expect(isGood ? found instanceof CryptoKey : found).toBe(isGood ? true : 'unknown');
});

test('Q31: a key that was replaced under its kid is the new one', async () => {
  let at = 1e12;
  let document = { keys: [createSigningKey('a').jwk] };
  const keys = createKeySet({ source: async () => document, now: () => at, fetch });
  const first = await keys.find('a');
  document = { keys: [createSigningKey('a').jwk] };
  at += 301_000;
  // It is asked for behind the answer.
  const second = await waitUntil(async () => {
    const found = await keys.find('a');
    return found === first ? null : found;
  });
  expect(second).toBeInstanceOf(CryptoKey);
});

test('an address of keys that answers anything but 200 gives none, whatever stands there', async () => {
  const answer = () => Promise.resolve(Response.json({ keys: [jwk] }, { status: 203 }));
  const keys = createKeySet({ source: 'https://room.example/keys', now: () => 1e12, fetch: answer });
  expect(await keys.find('good')).toBe('unavailable');
});

test('an API client is told whether it brought nothing or something wrong', async () => {
  const request = new Request('https://shop.example/buy', { headers: { accept: 'application/json' } });
  const refusal = (reason: 'token-missing' | 'expired') =>
    refusalFor(request, reason, 'https://room.example/w/d', 'd') as Response;
  const [missing, wrong] = [refusal('token-missing'), refusal('expired')];
  expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="sluice"');
  expect(wrong.headers.get('www-authenticate')).toBe('Bearer realm="sluice", error="invalid_token"');
  expect((await missing.json()).title).toBe('Admission by the waiting room is required');
  expect((await wrong.json()).title).toBe('The admission is not valid here');
  const page = new Request('https://shop.example/buy', { headers: { accept: 'text/html' } });
  expect(refusalFor(page, 'expired', '', 'd')).toBeNull();
});

test('dot segments are told from names with dots', () => {
  expect([hasDotSegment('/a/../b'), hasDotSegment('/a/..b')]).toEqual([true, false]);
});

test('an origin that is no address is refused by its name', () => {
  const options = { publicUrl: 'https://shop.example', drop: 'd', protect: ['/buy'] };
  expect(() => createConnector({ ...options, roomUrl: 'nowhere' })).toThrow(
    'roomUrl must be an https origin (http only on a loopback host)',
  );
});

test('Q32: the bind of a secret is its SHA-256', async () => {
  expect(await bindOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});
