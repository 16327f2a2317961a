import { describe, expect, test } from 'vitest';
import { bindOf, type ConnectorOptions, createConnector, createSecret } from '../src/index.ts';
import { copyOf } from './support/copy-of.ts';
import { createSigningKey, DROP, honestClaims, jwksOf, NOW_SECONDS, signToken } from './support/fake-keys.ts';

const key = createSigningKey('room-1');
const SHOP = 'https://shop.example';
const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
const PASS = 'cGF5bG9hZA.bWFj';

const COPY = copyOf(DROP);
const OTHERS = copyOf('another-drop');

const connectorOf = (change: Partial<ConnectorOptions> = {}) =>
  createConnector({
    roomUrl: 'https://room.example',
    publicUrl: SHOP,
    drop: DROP,
    protect: ['/buy'],
    rehearsals: true,
    jwks: async () => jwksOf(key),
    now: () => NOW_SECONDS * 1000,
    ...change,
  });
const connector = connectorOf();
const secret = createSecret();
const tokenFor = async (drop: string, by = secret) =>
  signToken(key, { ...(await honestClaims(by)), aud: drop });
const cookiesFor = (drop: string, token: string, by = secret) =>
  `__Host-sluice_token_${drop}=${token}; __Host-sluice_secret_${drop}=${by}`;
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Request(SHOP + path, { method, headers: { ...PAGE, ...headers } });

describe('4.4: staff walk the real shop', () => {
  test('with the admission of a copy of its drop, which says that it is one', async () => {
    const cookie = cookiesFor(COPY, await tokenFor(COPY));
    expect(await connector.decide(ask('/buy/now', { cookie }))).toMatchObject({
      kind: 'pass',
      admission: { drop: COPY, isRehearsal: true, claims: { aud: COPY } },
    });
    expect(await connector.admissionOf(ask('/anywhere', { cookie }), DROP)).toMatchObject({ drop: COPY });
    const headers = { authorization: `Bearer ${await tokenFor(COPY)}`, 'sluice-secret': secret };
    expect(await connector.decide(ask('/buy', headers))).toMatchObject({ admission: { drop: COPY } });
  });

  test('and everybody else with the drop’s own, whatever else they carry', async () => {
    const own = cookiesFor(DROP, await tokenFor(DROP));
    for (const more of ['', `; __Host-sluice_token_${COPY}=x.y.z`, `; __Host-sluice_token_rehearsal-=x`])
      expect(await connector.decide(ask('/buy', { cookie: own + more })), more).toMatchObject({
        kind: 'pass',
        admission: { drop: DROP, isRehearsal: false },
      });
  });

  test('not unless the shop asked for rehearsals', async () => {
    const closed = connectorOf({ rehearsals: false });
    const cookie = cookiesFor(COPY, await tokenFor(COPY));
    expect((await closed.handle(ask('/buy', { cookie })))?.status).toBe(302);
    expect(await closed.admissionOf(ask('/buy', { cookie }), DROP)).toBeNull();
    expect(await closed.handle(ask(`/.sluice/rehearsal?drop=${COPY}&pass=${PASS}&to=/buy`))).toBeNull();
    expect(() => connectorOf({ rehearsals: 'yes' as never })).toThrow('rehearsals must be true or false');
  });
});

describe('promise 3: nothing but a token of a copy of this very drop', () => {
  test.each<[string, () => Promise<string>]>([
    ['of another drop’s copy', async () => cookiesFor(OTHERS, await tokenFor(OTHERS))],
    ['of a copy, under the name of another', async () => cookiesFor(COPY, await tokenFor(OTHERS))],
    ['of the copy, under the drop’s name', async () => cookiesFor(DROP, await tokenFor(COPY))],
    ['of the drop, under the copy’s name', async () => cookiesFor(COPY, await tokenFor(DROP))],
    [
      'of a rehearsal whose id is no copy’s',
      async () => cookiesFor('rehearsal-5d1c0b7e94a2', await tokenFor('rehearsal-5d1c0b7e94a2')),
    ],
    ['with another secret', async () => cookiesFor(COPY, await tokenFor(COPY), createSecret())],
    [
      'signed by somebody else',
      async () =>
        cookiesFor(
          COPY,
          signToken(createSigningKey('room-1'), { ...(await honestClaims(secret)), aud: COPY }),
        ),
    ],
    [
      'expired',
      async () =>
        cookiesFor(
          COPY,
          signToken(key, { ...(await honestClaims(secret)), aud: COPY, exp: NOW_SECONDS - 6 }),
        ),
    ],
  ])('a token %s opens nothing', async (_, cookies) => {
    const decision = await connector.decide(ask('/buy', { cookie: await cookies() }));
    expect(decision).toMatchObject({ kind: 'answer' });
  });
});

describe('the link of a pass', () => {
  const link = (change: Record<string, string> = {}) =>
    `/.sluice/rehearsal?${new URLSearchParams({ drop: COPY, pass: PASS, to: '/buy?size=42', ...change })}`;

  test('Q32: sets the secret of the copy and sends on to the room, with pass, bind and the way back', async () => {
    const answer = await connector.handle(ask(link()));
    expect(answer?.status).toBe(303);
    const location = new URL(answer?.headers.get('location') ?? 'none:');
    expect(location.origin + location.pathname).toBe(`https://room.example/w/${COPY}`);
    expect(location.searchParams.get('return')).toBe(`${SHOP}/buy?size=42`);
    expect(location.searchParams.get('pass')).toBe(PASS);
    const [cookie] = answer?.headers.getSetCookie() ?? [];
    const made = /^__Host-sluice_secret_rehearsal-5d1c0b7e94a2[0-9a-f]{8}=([\w-]{43});/.exec(
      cookie ?? '',
    )?.[1];
    expect(location.searchParams.get('bind')).toBe(await bindOf(made ?? ''));
    expect(answer?.headers.get('cache-control')).toBe('no-store');
  });

  test.each<[string, Record<string, string>, string]>([
    ['another drop’s copy', { drop: OTHERS }, 'drop'],
    ['the drop itself', { drop: DROP }, 'drop'],
    ['no drop id', { drop: '../x' }, 'drop'],
    ['no pass', { pass: '' }, 'pass'],
    ['a pass with more in it', { pass: 'a.b&bind=c' }, 'pass'],
    ['another host', { to: '//evil.example/buy' }, 'to'],
    ['a path that is not protected', { to: '/about' }, 'to'],
    ['a route of the connector', { to: '/.sluice/callback' }, 'to'],
  ])('promise 8: with %s is refused by field and reason', async (_, change, field) => {
    const answer = await connector.handle(ask(link(change)));
    expect(answer?.status).toBe(400);
    expect(await answer?.json()).toMatchObject({ errors: [{ field, reason: expect.any(String) }] });
    expect(answer?.headers.getSetCookie()).toEqual([]);
  });

  test('promise 8: twice the same field, or another method, is refused', async () => {
    expect((await connector.handle(ask(`${link()}&drop=${COPY}`)))?.status).toBe(400);
    const posted = await connector.handle(ask(link(), {}, 'POST'));
    expect([posted?.status, posted?.headers.get('allow')]).toEqual([405, 'GET']);
  });

  test('a drop that the path names is asked for its own copies', async () => {
    const byPath = connectorOf({ drop: (path) => (path.startsWith('/buy/b') ? 'another-drop' : DROP) });
    expect((await byPath.handle(ask(link({ drop: OTHERS, to: '/buy/b' }))))?.status).toBe(303);
    expect((await byPath.handle(ask(link({ drop: OTHERS, to: '/buy/a' }))))?.status).toBe(400);
  });
});
