import { type AddressInfo, connect } from 'node:net';
import formbody from '@fastify/formbody';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sluice } from '../src/fastify.ts';
import { CALLBACK_PATH, createConnector, createSecret } from '../src/index.ts';
import {
  createSigningKey,
  DROP,
  honestClaims,
  ISSUER,
  jwksOf,
  NOW_SECONDS,
  signToken,
} from './support/fake-keys.ts';

const key = createSigningKey('room-1');
const secret = createSecret();
const token = signToken(key, await honestClaims(secret));
const cookie = `sluice_token_${DROP}=${token}; sluice_secret_${DROP}=${secret}`;
const app = fastify();
let reached: string[] = [];
let port = 0;

beforeAll(async () => {
  const connector = createConnector({
    roomUrl: 'http://localhost:1',
    issuer: ISSUER,
    publicUrl: 'http://127.0.0.1:1',
    drop: DROP,
    protect: ['/buy', '/api'],
    jwks: async () => jwksOf(key),
    now: () => NOW_SECONDS * 1000,
  });
  await app.register(formbody);
  await app.register(sluice, { connector });
  app.get('/', async (request) => ({ admitted: request.sluice?.drop ?? null }));
  app.all('/buy/*', async (request) => {
    reached.push(request.url);
    return { admitted: request.sluice?.drop ?? null, body: request.body ?? null };
  });
  app.register(async (nested) => nested.get('/api/orders', async () => ({ orders: [] })));
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});

afterAll(() => app.close());

/** Sends a request line as it stands: clients such as fetch would tidy the path up first. */
async function rawStatus(target: string, method = 'GET'): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${method} ${target} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return Number(answer.split(' ')[1]);
}

describe('the Fastify plugin', () => {
  test('guards routes of the instance and of nested plugins, and leaves the rest alone', async () => {
    expect((await app.inject('/')).json()).toEqual({ admitted: null });
    const turnedAway = await app.inject({ url: '/buy/now', headers: { accept: 'text/html' } });
    expect(turnedAway.statusCode).toBe(302);
    expect(turnedAway.headers['set-cookie']).toHaveLength(2);
    expect(turnedAway.body).toBe('');
    expect(
      (await app.inject({ url: '/api/orders', headers: { accept: 'application/json' } })).statusCode,
    ).toBe(401);
  });

  test('gives the handler the admission, and the body that it parses itself', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/buy/now',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'size=42',
    });
    expect(answer.json()).toEqual({ admitted: DROP, body: { size: '42' } });
  });

  test('turns away before the body is read: a shopper without admission costs no parsing', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/buy/now',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expect(answer.statusCode).toBe(303);
  });

  test('serves the callback, whatever body parsers the shop has', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}${CALLBACK_PATH}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token, drop: DROP, to: '/buy/now' }),
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/buy/now');
    expect(answer.headers.getSetCookie()[0]).toContain(`sluice_token_${DROP}=${token};`);
  });

  test('answers a callback whose body never comes to its end with 413, not with patience', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}${CALLBACK_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(200_000),
    });
    expect(answer.status).toBe(413);
  });

  test.each([
    '/buy/now',
    '/BUY/now',
    '//buy/now',
    '/buy//now',
    '/buy/./now',
    '/buy/%2e/now',
    '/buy/../buy/now',
    '/x/../buy/now',
    '/buy/%2e%2e/public',
    '/buy/..%2fpublic',
    '/%62uy/now',
    '/%2562uy/now',
    '/buy;x/now',
    '/buy/now?x=1',
    '/buy/now#x',
    '/buy\\now',
    'http://shop/buy/now',
    'http://shop/../buy/now',
    'HTTP://shop/buy/now',
    'http://shop//buy/now',
    '/public%2f..%2fbuy/now',
    '/buy/%2e%2e%5cpublic',
    '/buy/',
  ])('no spelling of a protected path reaches its handler: %s', async (target) => {
    reached = [];
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect(await rawStatus(target, method)).not.toBe(200);
    }
    expect(reached).toEqual([]);
  });
});
