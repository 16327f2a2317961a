/** The kit for adopters' tests, against the real verifier, connector and Express. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sluice } from '../src/express.ts';
import { createAdmissionVerifier, createConnector } from '../src/index.ts';
import { type FakeRoom, type Flaw, startFakeRoom } from '../src/testing.ts';
import { ask } from './support/ask.ts';

const DROP = 'sneaker-1';
const SHOP = 'https://shop.example';

let room: FakeRoom;
beforeAll(async () => {
  room = await startFakeRoom();
});
afterAll(() => room.close());

const verifierOf = (issuer: FakeRoom) =>
  createAdmissionVerifier({ issuer: issuer.url, jwks: `${issuer.url}/.well-known/jwks.json` });

const VERDICTS: Record<Flaw, string> = {
  forged: 'signature-invalid',
  altered: 'signature-invalid',
  unsigned: 'header-not-allowed',
  'other-room': 'issuer-mismatch',
  'other-drop': 'drop-mismatch',
  stolen: 'secret-mismatch',
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
};

test('5.13: what the fake room issues is good, with the customer where one was named', async () => {
  const { token, secret, jti } = await room.issue({ drop: DROP, customer: 'anna' });
  const verdict = await verifierOf(room).verify({ token, secret, drop: DROP });
  expect(verdict).toMatchObject({ ok: true, claims: { jti, customer: 'anna', aud: DROP } });
});

test.each(Object.keys(VERDICTS) as Flaw[])(
  'promise 3: the flaw "%s" is refused for its own reason',
  async (flaw) => {
    const { token, secret } = await room.issue({ drop: DROP, flaw });
    expect(await verifierOf(room).verify({ token, secret, drop: DROP })).toEqual({
      ok: false,
      reason: VERDICTS[flaw],
    });
  },
);

test('revoked is refused, everybody else goes on', async () => {
  const [out, stays] = await Promise.all([room.issue({ drop: DROP }), room.issue({ drop: DROP })]);
  room.revoke(out);
  const verifier = createAdmissionVerifier({
    issuer: room.url,
    jwks: `${room.url}/.well-known/jwks.json`,
    revocations: `${room.url}/v1/drops/{drop}/revocations`,
  });
  expect(await verifier.verify(out)).toEqual({ ok: false, reason: 'revoked' });
  expect(await verifier.verify(stays)).toMatchObject({ ok: true });
});

test('Q31: keys rotate without a refused shopper', async () => {
  const own = await startFakeRoom();
  const before = await own.issue({ drop: DROP });
  own.rotateKeys();
  const after = await own.issue({ drop: DROP });
  const verifier = verifierOf(own);
  for (const { token, secret } of [before, after])
    expect(await verifier.verify({ token, secret, drop: DROP })).toMatchObject({ ok: true });
  await own.close();
});

test('a room that is down: keys can not be loaded, which is nobody’s fault', async () => {
  const own = await startFakeRoom();
  const { token, secret } = await own.issue({ drop: DROP });
  own.answers(false);
  expect(await verifierOf(own).verify({ token, secret, drop: DROP })).toEqual({
    ok: false,
    reason: 'keys-unavailable',
  });
  await own.close();
});

test('cookies have the names that a browser sends to an https shop', async () => {
  const admission = await room.issue({ drop: DROP });
  const connector = createConnector({ roomUrl: room.url, publicUrl: SHOP, drop: DROP, protect: ['/buy'] });
  const cookie = admission.cookieFor(SHOP);
  const request = (headers: Record<string, string>) => new Request(`${SHOP}/buy`, { headers });
  expect(cookie).toContain(`__Host-sluice_token_${DROP}=`);
  expect(await connector.admissionOf(request({ cookie }), DROP)).toMatchObject({ drop: DROP });
  expect(await connector.admissionOf(request({ ...admission.headers }), DROP)).toMatchObject({ drop: DROP });
  expect(
    await connector.admissionOf(request({ cookie: admission.cookieFor('http://localhost') }), DROP),
  ).toBeNull();
});

test('the whole way of a browser: shop, fake room, hand-over, shop', async () => {
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  app.use(
    sluice({
      connector: createConnector({ roomUrl: room.url, publicUrl: shop, drop: DROP, protect: ['/buy'] }),
    }),
  );
  app.get('/buy', (request, response) => void response.json(request.sluice?.drop));

  const away = await ask(shop, '/buy?size=42', { headers: { accept: 'text/html' } });
  const secret = away.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const at = new URL(away.headers.get('location') ?? '');
  const page = await (await ask(room.url, at.pathname + at.search)).text();
  expect(page).toContain(`action="${shop}/.sluice/callback"`);
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? '';
  const form = new URLSearchParams({ token: field('token'), drop: field('drop'), to: field('to') });
  const taken = await ask(shop, '/.sluice/callback', { method: 'POST', form });
  expect(taken.headers.get('location')).toBe('/buy?size=42');
  const cookie = `${secret}; ${taken.headers.getSetCookie()[0]?.split(';')[0]}`;
  expect(await (await ask(shop, '/buy?size=42', { headers: { cookie } })).json()).toBe(DROP);
  server.close().closeAllConnections();
});

test('what a checkout tells is written down, and can be read back as the public would', async () => {
  const tell = (what: string, body: unknown, method = 'POST') =>
    fetch(`${room.url}/v1/drops/${DROP}/${what}`, {
      method,
      headers: { authorization: 'Bearer any' },
      body: JSON.stringify(body),
    });
  const picture = { currency: 'EUR', products: [] };
  expect((await tell('sessions/ended', { sessions: [] })).status).toBe(204);
  expect((await tell('products', picture, 'PUT')).status).toBe(204);
  expect(room.told.map(({ method, what, drop }) => [method, what, drop])).toEqual([
    ['POST', 'sessions/ended', DROP],
    ['PUT', 'products', DROP],
  ]);
  expect(await (await fetch(`${room.url}/v1/drops/${DROP}/products`)).json()).toEqual(picture);
});

test.each([
  ['PUT', 'products', {}, 'x', 401],
  ['PUT', 'products', { authorization: 'Bearer a' }, '{', 400],
  ['GET', 'nothing', {}, null, 404],
])('promise 8: %s %s that is wrong is refused: %o', async (method, what, headers, body, status) => {
  const answer = await fetch(`${room.url}/v1/drops/${DROP}/${what}`, { method, headers, body });
  expect(answer.status).toBe(status);
});

test.each(['/w/sneaker-1', '/w/sneaker-1?return=javascript:x&bind=x', '/w/NO?return=http://a'])(
  'promise 8: the page of %s is 400',
  async (path) => {
    expect((await fetch(room.url + path)).status).toBe(400);
  },
);
