import { request as httpRequest } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPEN_INTERNAL_ROUTES, OPEN_ROUTES } from '../../src/admission/allow-list.ts';
import { createDrop } from '../support/checkout-database.ts';
import { startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'];
const id = '0190a7c0-0000-7000-8000-000000000000';

/** Every route of the router itself, HEAD routes included: `GET /livez`, one a line of its own drawing. */
function routes(app: FastifyInstance = checkout.app): { method: string; url: string }[] {
  const found: { method: string; url: string }[] = [];
  const above: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([\s│]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (match === null) continue;
    const [, indent = '', part = '', allowed] = match;
    const depth = indent.length / 4;
    above[depth] = part;
    const url = above.slice(0, depth + 1).join('');
    for (const method of allowed?.split(', ') ?? []) found.push({ method, url });
  }
  return found;
}

/** Sends a path exactly as it is written: `fetch` would tidy it up. */
function sendRaw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  base = checkout.url,
): Promise<number> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    // Node itself hangs up on what is not HTTP: no route has seen it.
    sent.on('error', (error) =>
      'code' in error && error.code === 'ECONNRESET' ? resolve(400) : reject(error),
    );
    sent.end();
  });
}

/** Spellings of a path that have opened back doors elsewhere. */
function spellings(path: string): string[] {
  const encoded = path.replace(
    /v1|livez|docs/,
    (word) => `%${word.charCodeAt(0).toString(16)}${word.slice(1)}`,
  );
  return [
    path,
    `/${path}`,
    `${path}/`,
    `${path}/.`,
    `/.${path}`,
    `/x/..${path}`,
    `/livez/..${path}`,
    `/livez/%2e%2e${path}`,
    `${path}%2e`,
    path.toUpperCase(),
    encoded,
    `${path};/livez`,
    `${path}?/livez`,
    `${path}%00`,
    `${path}%2f..%2flivez`,
    path.replace('/', '\\'),
  ];
}

test('the allow-list and the router agree in both directions: what is open is listed, what is listed exists', async () => {
  const all = routes();
  const open: string[] = [];
  for (const { method, url } of all) {
    const path = url.replace(':drop', 'no-such-drop').replace(':id', id).replace('*', 'x');
    const status = await sendRaw(method, path);
    if (status !== 401) open.push(`${method} ${url}`);
  }
  expect(open.sort()).toEqual([...OPEN_ROUTES].sort());
  expect(all.length).toBeGreaterThan(OPEN_ROUTES.size);
});

test('of the internal listener nothing but figures and their description answers without the service token', async () => {
  const open: string[] = [];
  const all = routes(checkout.internal);
  for (const { method, url } of all) {
    const path = url
      .replace(':drop', 'no-such-drop')
      .replace(':id', id)
      .replace(':sku', 'x')
      .replace('*', 'x');
    for (const headers of [{}, { authorization: 'Bearer null' }])
      if ((await sendRaw(method, path, headers, checkout.internalUrl)) !== 401) open.push(`${method} ${url}`);
  }
  const unlisted = open.filter(
    (route) => ![...OPEN_INTERNAL_ROUTES].some((one) => route === one || route.startsWith(`${one}/`)),
  );
  expect(unlisted).toEqual([]);
  for (const route of OPEN_INTERNAL_ROUTES) expect(open).toContain(route);
  expect(all.length).toBeGreaterThan(40);
});

test('promise 3: no route, in no method and no spelling, answers a stranger', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const paths = routes().map(({ url }) => url.replace(':drop', drop).replace(':id', id).replace('*', 'x'));
  const open = new Set([...OPEN_ROUTES].map((route) => route.split(' ')[1]));
  const unknown = [
    '/',
    '/v1',
    '/v1/',
    '/v1/orders',
    '/metrics',
    '/admin',
    '/internal/v1/drops/x',
    '/v1/webhooks/sandbox',
  ];
  const answered: string[] = [];
  for (const path of new Set([...paths, ...unknown])) {
    if (open.has(path)) continue;
    for (const spelling of spellings(path)) {
      for (const method of methods) {
        const status = await sendRaw(method, spelling);
        if (status !== 401 && status !== 400 && status !== 501)
          answered.push(`${method} ${spelling}: ${status}`);
      }
    }
  }
  expect(answered).toEqual([]);
}, 60_000);

test('an overridden method, a forwarded path or a guessed header opens nothing', async () => {
  const attempts: Record<string, string>[] = [
    { 'x-http-method-override': 'GET' },
    { 'x-method-override': 'GET', 'x-http-method': 'GET' },
    { 'x-original-url': '/livez', 'x-rewrite-url': '/livez', 'x-forwarded-uri': '/livez' },
    { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer null', 'sluice-secret': 'null' },
    { authorization: 'Session' },
    { authorization: `Session ${'A'.repeat(43)}` },
    { authorization: `Bearer a-service-token-of-at-least-32-characters` },
    { cookie: `co_session_x=${'A'.repeat(43)}` },
    { cookie: 'co_session_=; co_session_x=%00' },
    { 'sluice-drop': '../../livez' },
  ];
  for (const headers of attempts) {
    for (const [method, path] of [
      ['POST', '/v1/reservations'],
      ['POST', '/v1/drops/x/session'],
      ['GET', `/v1/orders/${id}`],
      ['DELETE', `/v1/reservations/${id}`],
    ] as const) {
      expect(await sendRaw(method, path, headers), `${method} ${path} ${JSON.stringify(headers)}`).toBe(401);
    }
  }
});

test('a refusal says who decides on admission and nothing about what is behind the gate', async () => {
  const known = await fetch(new URL(`/v1/orders/${id}`, checkout.url));
  const unknown = await fetch(new URL('/v1/no-such-thing', checkout.url));
  expect(known.status).toBe(401);
  expect(known.headers.get('content-type')).toContain('application/problem+json');
  expect({ ...(await known.json()), instance: undefined }).toEqual({
    ...(await unknown.json()),
    instance: undefined,
  });
});
