import { describe, expect, test } from 'vitest';
import { CALLBACK_PATH, createConnector, createSecret } from '../src/index.ts';
import { createSigningKey, DROP, honestClaims, jwksOf, NOW_SECONDS, signToken } from './support/fake-keys.ts';
import { PATH_TRICKS } from './support/path-tricks.ts';

const SHOP = 'https://shop.example';
const key = createSigningKey('room-1');
const secret = createSecret();
const token = signToken(key, await honestClaims(secret));
const connector = createConnector({
  roomUrl: 'https://room.example',
  publicUrl: SHOP,
  drop: DROP,
  protect: ['/'],
  jwks: async () => jwksOf(key),
  now: () => NOW_SECONDS * 1000,
});
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function post(
  body: string | ReadableStream | null,
  headers: Record<string, string> = FORM,
  method = 'POST',
) {
  const init = { method, headers, body, duplex: 'half' };
  const response = await connector.handle(new Request(SHOP + CALLBACK_PATH, init));
  if (!response) throw new Error('the callback must always answer');
  return response;
}
const fields = (change: Record<string, string> = {}) =>
  new URLSearchParams({ token, drop: DROP, to: '/buy?size=42', ...change }).toString();

describe('Q33: the callback', () => {
  test('stores the token and answers 303 to the path, without having seen the secret', async () => {
    const response = await post(fields());
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/buy?size=42');
    expect(response.headers.getSetCookie()).toEqual([
      `__Host-sluice_token_${DROP}=${token}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure`,
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('lets nobody in by itself: the GET that follows checks token and secret together', async () => {
    const stored = (await post(fields())).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const follow = (cookie: string) => connector.handle(new Request(`${SHOP}/buy`, { headers: { cookie } }));
    expect(await follow(`${stored}; __Host-sluice_secret_${DROP}=${secret}`)).toBeNull();
    expect((await follow(`${stored}; __Host-sluice_secret_${DROP}=${createSecret()}`))?.status).toBe(302);
    expect((await follow(stored))?.status).toBe(302);
  });

  test.each(PATH_TRICKS)('redirects nowhere for the path %j', async (to) => {
    const response = await post(fields({ to }));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'to' }] });
  });

  test.each([
    ['/', '/'],
    ['/a/../b', '/b'],
    ['/buy#pay', '/buy#pay'],
    ['/@evil.example', '/@evil.example'],
    ['/https://evil.example', '/https://evil.example'],
    ['/buy?next=//evil.example', '/buy?next=//evil.example'],
    ['/caf\u00e9', '/caf%C3%A9'],
  ])('redirects within the origin for the path %j', async (to, location) => {
    expect((await post(fields({ to }))).headers.get('location')).toBe(location);
  });

  test.each<[string, string, string]>([
    ['no token', new URLSearchParams({ drop: DROP, to: '/' }).toString(), 'token'],
    ['two tokens', `${fields()}&token=${token}`, 'token'],
    ['a token that would set attributes', fields({ token: `${token}; Domain=example` }), 'token'],
    ['a token that would end the header', fields({ token: `${token}\r\nset-cookie: a=b` }), 'token'],
    ['a token that is too long', fields({ token: `${'a'.repeat(2048)}.b.c` }), 'token'],
    ['no drop', new URLSearchParams({ token, to: '/' }).toString(), 'drop'],
    ['two drops', `${fields()}&drop=other`, 'drop'],
    ['a drop that would set another cookie', fields({ drop: 'x=1; y' }), 'drop'],
    ['a drop in upper case', fields({ drop: 'SNEAKER' }), 'drop'],
    ['no path', new URLSearchParams({ token, drop: DROP }).toString(), 'to'],
    ['two paths', `${fields()}&to=/x`, 'to'],
    ['nothing', '', 'token'],
  ])('400 naming the field for %s', async (_what, body, field) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    '405 for %s, so a token in an address has no effect',
    async (method) => {
      const response = await post(null, {}, method);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    },
  );

  test.each(['application/json', 'multipart/form-data; boundary=x', 'text/plain', ''])(
    '415 for %j',
    async (type) => {
      expect((await post(fields(), { 'content-type': type })).status).toBe(415);
    },
  );

  test('413 as soon as the limit is passed, whatever is still to come', async () => {
    let sent = 0;
    let isCancelled = false;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(120));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    expect((await post(endless)).status).toBe(413);
    expect(sent).toBeLessThan(32_768);
    expect(isCancelled).toBe(true);
  });

  test('400 for a body that breaks off', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    expect((await post(broken)).status).toBe(400);
  });
});
