import { describe, expect, test } from 'vitest';
import { bindOf, type ConnectorOptions, createConnector, createSecret } from '../src/index.ts';
import { createSigningKey, DROP, honestClaims, jwksOf, NOW_SECONDS, signToken } from './support/fake-keys.ts';
import { PATH_TRICKS } from './support/path-tricks.ts';

const key = createSigningKey('room-1');
const SHOP = 'https://shop.example';
const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };
const secret = createSecret();
const token = signToken(key, await honestClaims(secret));

const connectorOf = (change: Partial<ConnectorOptions> = {}) =>
  createConnector({
    roomUrl: 'https://room.example',
    publicUrl: SHOP,
    drop: DROP,
    protect: ['/buy'],
    ignore: ['/buy/terms'],
    jwks: async () => jwksOf(key),
    now: () => NOW_SECONDS * 1000,
    ...change,
  });
const connector = connectorOf();

const request = (path: string, headers: Record<string, string> = PAGE, method = 'GET') =>
  new Request(SHOP + path, { method, headers });
const withCookies = (cookies: Record<string, string>, prefix = '__Host-') => ({
  ...PAGE,
  cookie: Object.entries(cookies)
    .map(([name, value]) => `${prefix}sluice_${name}_${DROP}=${value}`)
    .join('; '),
});

/** The parts of a redirect to the room. */
function journeyOf(response: Response | null) {
  const location = new URL(response?.headers.get('location') ?? 'none:');
  const cookies = response?.headers.getSetCookie() ?? [];
  const secretCookie = cookies.find((cookie) => cookie.startsWith(`__Host-sluice_secret_${DROP}=`)) ?? '';
  return {
    status: response?.status,
    room: location.origin + location.pathname,
    back: location.searchParams.get('return'),
    bind: location.searchParams.get('bind'),
    secret: secretCookie.split(/[=;]/)[1] ?? '',
    cookies,
  };
}

describe('Q32: a page visit without admission goes to the room', () => {
  test('by 302, with the return address and the bind of a secret that only the cookie holds', async () => {
    const journey = journeyOf(await connector.handle(request('/buy?size=42')));
    expect(journey).toMatchObject({
      status: 302,
      room: `https://room.example/w/${DROP}`,
      back: `${SHOP}/buy?size=42`,
    });
    expect(journey.bind).toBe(await bindOf(journey.secret));
    expect(journey.cookies[0]).toMatch(
      /^__Host-sluice_secret_sneaker-1=[\w-]{43}; Path=\/; Max-Age=172800; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test('with the secret it has already, so that tabs do not devalue each other', async () => {
    const journey = journeyOf(await connector.handle(request('/buy', withCookies({ secret }))));
    expect(journey.secret).toBe(secret);
    expect(journey.bind).toBe(await bindOf(secret));
  });

  test.each(['short', `${secret}A`, 'x'.repeat(43).replace('x', '.')])(
    'with a new secret if the one it has is not ours: %s',
    async (planted) => {
      const journey = journeyOf(await connector.handle(request('/buy', withCookies({ secret: planted }))));
      expect(journey.secret).toMatch(/^[\w-]{43}$/);
      expect(journey.secret).not.toBe(planted);
    },
  );

  test('and a token that was refused is forgotten', async () => {
    const journey = journeyOf(
      await connector.handle(request('/buy', withCookies({ token, secret: createSecret() }))),
    );
    expect(journey.cookies[1]).toMatch(/^__Host-sluice_token_sneaker-1=; Path=\/; Max-Age=0;/);
  });

  test('a form that was posted comes back to the page of its rule by GET', async () => {
    const journey = journeyOf(await connector.handle(request('/buy/reserve', PAGE, 'POST')));
    expect(journey).toMatchObject({ status: 303, back: `${SHOP}/buy` });
  });

  test('an address too long for the room becomes the page of its rule', async () => {
    const journey = journeyOf(await connector.handle(request(`/buy?q=${'x'.repeat(2030)}`)));
    expect(journey.back).toBe(`${SHOP}/buy`);
  });

  test('the Host header has no say in the return address', async () => {
    const evil = new Request('https://evil.example/buy', { headers: PAGE });
    expect(journeyOf(await connector.handle(evil)).back).toBe(`${SHOP}/buy`);
  });

  test('the drop may depend on the path, and null makes a path public', async () => {
    const byPath = connectorOf({ protect: ['/'], drop: (path) => /^\/p\/(\w+)/.exec(path)?.[1] ?? null });
    expect(journeyOf(await byPath.handle(request('/p/blue'))).room).toBe('https://room.example/w/blue');
    expect(await byPath.handle(request('/about'))).toBeNull();
  });

  test.each(['/p/x;y=1', '/p/UP', '/p/%22', '/p/a=b', '/p/'])(
    'a drop from the path %s that is no drop id is 404, never a cookie or an address',
    async (path) => {
      const byPath = connectorOf({ protect: ['/p'], drop: (pathname) => pathname.slice(3) });
      const response = await byPath.handle(request(path));
      expect(response?.status).toBe(404);
      expect(response?.headers.getSetCookie()).toEqual([]);
    },
  );
});

describe('Q33: a request with token and secret is let through', () => {
  test('by cookies', async () => {
    const decision = await connector.decide(request('/buy', withCookies({ token, secret })));
    expect(decision).toMatchObject({ kind: 'pass', admission: { drop: DROP, token, secret } });
  });

  test('Q35: by headers of a native client', async () => {
    const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
    expect(await connector.handle(request('/buy', headers, 'POST'))).toBeNull();
  });

  test.each([
    [
      'the token from the cookie, the secret from the header',
      { ...withCookies({ token }), 'sluice-secret': secret },
    ],
    [
      'the token from the header, the secret from the cookie',
      { ...withCookies({ secret }), authorization: `Bearer ${token}` },
    ],
    ['the cookies of plain http on an https origin', withCookies({ token, secret }, '')],
    [
      'a header secret without a token beside good cookies',
      { ...withCookies({ token, secret }), 'sluice-secret': secret },
    ],
    ['a token alone', withCookies({ token })],
    ['a secret alone', withCookies({ secret })],
    ['a token in the address', PAGE],
  ])('but not %s', async (_what, headers) => {
    expect((await connector.handle(request(`/buy?token=${token}&secret=${secret}`, headers)))?.status).toBe(
      302,
    );
  });

  test('admissionOf tells it on any path', async () => {
    expect(await connector.admissionOf(request('/', withCookies({ token, secret })), DROP)).toMatchObject({
      token,
    });
    expect(await connector.admissionOf(request('/', withCookies({ token, secret })), 'other')).toBeNull();
  });
});

describe('public paths', () => {
  test.each(['/', '/buyer', '/buy-now', '/products/buy', '/buy/terms', '/buy/terms/'])(
    '%s is let through',
    async (path) => {
      expect(await connector.decide(request(path))).toEqual({ kind: 'pass', admission: null });
    },
  );

  test.each([
    '/buy/',
    '//buy',
    '/buy//now',
    '/BUY',
    '/Buy/Now',
    '/%62uy',
    '/b%75y/now',
    '/%2562uy',
    '/buy;x=1',
    '/buy;jsessionid=1/now',
    '/./buy',
    '/x/../buy',
    '/x/%2e%2e/buy',
    '/%2fbuy',
    '/buy%2fnow',
    '/\\buy',
    '/buy%00',
    '/buy/terms/../now',
    '/buy/%74erms',
    '/buy/TERMS',
    '/buy/terms;x',
    '/buy/terms%2f..%2fnow',
    '/buy//terms',
    '/%5cbuy',
    '/buy/..%2fpublic',
    '/buy/..;/public',
    '/buy/terms/..%2fnow',
    '/buy/terms/%2e%2e%5cnow',
    '/buy/terms/..;/now',
  ])('%s is protected, however a router may read it', async (path) => {
    const decision = await connector.decide(request(path));
    // A null byte ends the word for some readers; whoever reads it as part of the word serves no `/buy`.
    if (path === '/buy%00') return expect(decision.kind).toBe('pass');
    expect(decision.kind).toBe('answer');
  });

  test.each(['buy', '', '/a//b', '/a/../b', '/a?b', '/%62', 'https://x/'])(
    'the rule %j is refused at the start',
    (rule) => {
      expect(() => connectorOf({ protect: [rule] })).toThrow(TypeError);
      expect(() => connectorOf({ ignore: [rule] })).toThrow(TypeError);
    },
  );
});

describe('clients that follow no redirect get a problem document', () => {
  const problemOf = async (headers: Record<string, string>, of = connector) => {
    const response = (await of.handle(request('/buy', headers))) as Response;
    return {
      status: response.status,
      headers: response.headers,
      body:
        response.headers.get('content-type') === 'application/problem+json' ? await response.json() : null,
    };
  };

  test.each<[string, Record<string, string>]>([
    ['an API client', { accept: 'application/json' }],
    ['a client that wants problems', { accept: 'application/problem+json' }],
    ['fetch in a page', { accept: '*/*', 'sec-fetch-mode': 'cors' }],
    ['fetch of the same origin', { accept: '*/*', 'sec-fetch-mode': 'same-origin' }],
  ])('401 for %s without admission', async (_who, headers) => {
    const { status, headers: answered, body } = await problemOf(headers);
    expect(status).toBe(401);
    expect(answered.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answered.getSetCookie()).toEqual([]);
    expect(body).toMatchObject({
      type: 'https://sluice.dev/problems/admission-required',
      status: 401,
      reason: 'token-missing',
      waitingRoom: `https://room.example/w/${DROP}`,
    });
  });

  test('401 with the reason for an admission that is refused', async () => {
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'sluice-secret': createSecret(),
    };
    const { status, headers: answered, body } = await problemOf(headers);
    expect(status).toBe(401);
    expect(answered.get('www-authenticate')).toContain('error="invalid_token"');
    expect(body).toMatchObject({
      type: 'https://sluice.dev/problems/admission-refused',
      reason: 'secret-mismatch',
    });
  });

  test.each<[string, Record<string, string>]>([
    ['curl', { accept: '*/*' }],
    ['a client without preferences', {}],
    ['a browser that also takes JSON', { accept: 'text/html, application/json' }],
  ])('%s is redirected', async (_who, headers) => {
    expect((await problemOf(headers)).status).toBe(302);
  });

  test('503 for everyone, never a circle of redirects, while no key is known', async () => {
    const down = connectorOf({ jwks: async () => Promise.reject(new Error('down')) });
    const { status, headers, body } = await problemOf(withCookies({ token, secret }), down);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(body).toMatchObject({ type: 'https://sluice.dev/problems/keys-unavailable' });
  });
});

describe('sendToRoom', () => {
  test('forgets the token, keeps the secret, and comes back to the path', async () => {
    const journey = journeyOf(
      await connector.sendToRoom(request('/again', withCookies({ token, secret })), DROP, '/buy'),
    );
    expect(journey).toMatchObject({ status: 303, back: `${SHOP}/buy`, secret });
    expect(journey.cookies[1]).toContain('Max-Age=0');
  });

  test.each(PATH_TRICKS)('5.7: refuses %j', async (path) => {
    await expect(connector.sendToRoom(request('/again'), DROP, path)).rejects.toThrow(TypeError);
  });
});

describe('options are checked at the start', () => {
  test.each<[string, Partial<ConnectorOptions>]>([
    ['plain http beyond loopback', { publicUrl: 'http://shop.example' }],
    ['plain http to the room', { roomUrl: 'http://room.example' }],
    ['a path in the origin', { publicUrl: `${SHOP}/shop` }],
    ['no address at all', { roomUrl: '' }],
    ['another scheme', { roomUrl: 'javascript:alert(1)' }],
    ['a drop of another form', { drop: 'Sneaker 1' }],
  ])('%s is refused', (_what, change) => {
    expect(() => connectorOf(change)).toThrow(TypeError);
  });

  test('plain http on loopback is allowed, with cookies that browsers keep there', async () => {
    const local = connectorOf({
      publicUrl: 'http://127.0.0.1:8090',
      roomUrl: 'http://localhost:8080',
      issuer: 'https://room.example',
    });
    const redirect = (await local.handle(request('/buy'))) as Response;
    expect(redirect.headers.getSetCookie()[0]).toMatch(
      /^sluice_secret_sneaker-1=[^;]+; Path=\/; Max-Age=172800; HttpOnly; SameSite=Lax$/,
    );
    expect(await local.handle(request('/buy', withCookies({ token, secret }, '')))).toBeNull();
  });
});
