import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../../../scripts/lib/launch-chromium.mjs';
import { freePort } from '../../../../scripts/lib/ports.mjs';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { DROP, furnishRoom, startUpstream, type Upstream } from '../support/upstreams.ts';

/**
 * The hand-over alone, with a room of one page: what a browser sends at each step, seen from the shop's side. The whole
 * way with the real room is in whole-way.test.ts.
 */
interface Step {
  readonly request: string;
  readonly hasSecret: boolean;
  readonly hasToken: boolean;
}

let browser: Browser;
let room: Upstream;
let checkout: Upstream;
let admit: ReturnType<typeof furnishRoom>;
let page: Server;
let roomPageUrl: string;

beforeAll(async () => {
  [browser, room, checkout] = await Promise.all([launchChromium(), startUpstream(), startUpstream()]);
  admit = furnishRoom(room);
  checkout.answers.set(`POST /v1/drops/${DROP}/session`, { status: 201, body: {} });
  page = createServer(async (request, response) => {
    const query = new URL(request.url ?? '/', 'http://room').searchParams;
    const back = new URL(query.get('return') ?? 'http://none');
    const { token } = await admit(query.get('bind') ?? '');
    response.setHeader('content-type', 'text/html').setHeader('referrer-policy', 'same-origin');
    response.setHeader('content-security-policy', `form-action ${back.origin}`);
    response.end(`<form method="post" action="${back.origin}/.sluice/callback"><input type="hidden" name="token" value="${token}">
      <input type="hidden" name="drop" value="${DROP}"><input type="hidden" name="to" value="${back.pathname}${back.search}"><button>Enter</button></form>`);
  });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  roomPageUrl = `http://localhost:${(page.address() as AddressInfo).port}`;
});

afterAll(async () => {
  page?.closeAllConnections();
  page?.close();
  await Promise.all([browser?.close(), room?.close(), checkout?.close()]);
});

/** A shop known as `host`, and what it is asked at each step. */
async function openShop(host: string): Promise<{ app: FastifyInstance; url: string; steps: Step[] }> {
  const steps: Step[] = [];
  // The public address holds the port, so it has to be known before the shop is made.
  const port = await freePort();
  const url = `http://${host}:${port}`;
  const app = await buildApp(
    readConfig({
      LOG_LEVEL: 'silent',
      PORT: String(port),
      PUBLIC_URL: url,
      ROOM_PUBLIC_URL: roomPageUrl,
      ROOM_JWKS_URL: `${room.url}/.well-known/jwks.json`,
      ROOM_ISSUER: room.url,
      CHECKOUT_URL: checkout.url,
      DROP,
    }),
  );
  app.server.prependListener('request', ({ method, url: target = '', headers }) => {
    if (!/^\/(?:buy|\.sluice)/.test(target)) return;
    const cookie = headers.cookie ?? '';
    steps.push({
      request: `${method} ${target}`,
      hasSecret: cookie.includes('sluice_secret_'),
      hasToken: cookie.includes('sluice_token_'),
    });
  });
  await app.listen({ port, host: '127.0.0.1' });
  return { app, url, steps };
}

describe('Q33: the hand-over in Chromium', () => {
  test.each([
    { where: 'different sites', host: '127.0.0.1', callbackSeesSecret: false },
    { where: 'one site', host: 'localhost', callbackSeesSecret: true },
  ])(
    'with room and shop on $where: the callback stores, the GET after it brings token and secret',
    async ({ host, callbackSeesSecret }) => {
      const { app, url, steps } = await openShop(host);
      const context = await browser.newContext();
      try {
        const tab = await context.newPage();
        await tab.goto(`${url}/buy?sku=low-42`);
        await tab.getByRole('button', { name: 'Enter' }).click();
        await tab.getByRole('heading', { name: 'Your cart' }).waitFor();
        expect(tab.url()).toBe(`${url}/buy?sku=low-42`);
        expect(steps).toEqual([
          { request: 'GET /buy?sku=low-42', hasSecret: false, hasToken: false },
          { request: 'POST /.sluice/callback', hasSecret: callbackSeesSecret, hasToken: false },
          { request: 'GET /buy?sku=low-42', hasSecret: true, hasToken: true },
        ]);
      } finally {
        await context.close();
        await app.close();
      }
    },
  );
});
