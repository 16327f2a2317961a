/** What the gate tells proxies that hand a refusal on as it is. Such proxies themselves are in envoy.test.ts and caddy.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './support/ask.ts';
import { type BehindProxy, DROP, page, SHOP, startBehindProxy } from './support/proxies.ts';

let behind: BehindProxy;
beforeAll(async () => {
  behind = await startBehindProxy();
});
afterAll(() => behind.close());

type Headers = Record<string, string>;
const WAYS = {
  '/.sluice/authz/<path>': (path: string, headers: Headers, method = 'GET') =>
    ask(`http://127.0.0.1:${behind.gatePort}`, `/.sluice/authz${path}`, { headers, method }),
  '/.sluice/forward-auth': (path: string, headers: Headers, method = 'GET') =>
    ask(`http://127.0.0.1:${behind.gatePort}`, '/.sluice/forward-auth', {
      headers: { ...headers, 'x-forwarded-uri': path, 'x-forwarded-method': method },
    }),
};

describe.each(Object.entries(WAYS))('5.10: %s', (_name, authz) => {
  test('a public path passes, with nothing about an admission', async () => {
    const answer = await authz('/open?x=1', page);
    expect([answer.status, answer.headers.get('sluice-subject') || null]).toEqual([200, null]);
    expect((await authz('/', page)).status).toBe(200);
  });

  test('a page visit is answered with the way to the room, a form with 303, an API client with a problem', async () => {
    const away = await authz('/buy/now?size=42', page);
    expect(away.status).toBe(302);
    expect(new URL(away.headers.get('location') ?? '').searchParams.get('return')).toBe(
      `${SHOP}/buy/now?size=42`,
    );
    expect(away.headers.getSetCookie()).toHaveLength(2);
    expect((await authz('/buy', { accept: 'application/json' })).status).toBe(401);
    expect((await authz('/buy', page, 'POST')).status).toBe(303);
  });

  test('an admission passes with its public number, a stolen one does not', async () => {
    const { room } = behind;
    const [good, stolen] = [
      await room.issue({ drop: DROP }),
      await room.issue({ drop: DROP, flaw: 'stolen' }),
    ];
    const passed = await authz('/buy', { ...page, cookie: good.cookieFor(SHOP) });
    expect([passed.status, passed.headers.get('sluice-subject')]).toEqual([200, good.jti]);
    expect((await authz('/buy', { ...page, cookie: stolen.cookieFor(SHOP) })).status).toBe(302);
  });

  test.each(['/x/../buy', '/.sluice/../buy', '/%2e%2e/buy'])(
    '%s, read in two ways, is refused',
    async (path) => {
      expect((await authz(path, page)).status).toBe(400);
    },
  );
});

test('promise 8: forward auth that names no request is refused by field', async () => {
  const gate = `http://127.0.0.1:${behind.gatePort}`;
  for (const headers of [
    {},
    { 'x-forwarded-uri': 'buy', 'x-forwarded-method': 'GET' },
    { 'x-forwarded-uri': '/buy' },
  ]) {
    const answer = await ask(gate, '/.sluice/forward-auth', { headers: headers as Headers });
    expect([answer.status, (await answer.json()).errors[0].field]).toEqual([400, 'X-Forwarded-Uri']);
  }
});
