/** The adapters, each in its own real framework: the same shopper, the same answers. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sluice as expressSluice } from '../src/express.ts';
import { protectFetch } from '../src/fetch.ts';
import { sluice as honoSluice, type SluiceVariables } from '../src/hono.ts';
import { CALLBACK_PATH, createConnector } from '../src/index.ts';
import { sluiceMiddleware } from '../src/next.ts';
import { startFakeRoom } from '../src/testing.ts';
import { type AskOptions, ask } from './support/ask.ts';

const DROP = 'sneaker-1';
const SHOP = 'http://127.0.0.1:1';

const room = await startFakeRoom();
const { token, secret, ...admission } = await room.issue({ drop: DROP });
const cookie = admission.cookieFor(SHOP);
const connector = createConnector({ roomUrl: room.url, publicUrl: SHOP, drop: DROP, protect: ['/buy'] });

/** Sends one request to an adapter, whatever it stands in. */
type Ask = (path: string, options?: AskOptions) => Promise<Response>;

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
  return room.close();
});

async function askOver(server: Server): Promise<Ask> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return (path, options) => ask(origin, path, options);
}

/** The same request as a Web-standard one, for what takes those. */
function requestOf(path: string, { method = 'GET', headers = {}, form }: AskOptions = {}): Request {
  return new Request(`http://shop.example${path}`, { method, headers, ...(form && { body: form }) });
}

function expressApp({ parsersFirst = false } = {}): Server {
  const app = express();
  if (parsersFirst) app.use(express.urlencoded({ extended: false }));
  app.use(expressSluice({ connector }));
  app.use(express.urlencoded({ extended: false }));
  app.get('/open', (request, response) => void response.json({ admitted: request.sluice?.drop ?? null }));
  app.all('/buy/{*rest}', (request, response) => {
    response.json({ admitted: request.sluice?.drop ?? null, size: request.body?.size ?? null });
  });
  return createServer(app);
}

function honoAsk(): Ask {
  const app = new Hono<{ Variables: SluiceVariables }>();
  app.use(honoSluice({ connector }));
  app.get('/open', (context) => context.json({ admitted: context.get('sluice')?.drop ?? null }));
  app.all('/buy/*', async (context) => {
    const { size } = await context.req.parseBody();
    return context.json({ admitted: context.get('sluice')?.drop ?? null, size: size ?? null });
  });
  return async (path, options) => app.request(requestOf(path, options));
}

/** What a Worker's handler does: it asks the connector for the admission. */
async function handle(request: Request, environment: { readonly greeting: string }): Promise<Response> {
  const admission = await connector.admissionOf(request, DROP);
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded');
  const size = isForm ? (await request.formData()).get('size') : null;
  return Response.json({ admitted: admission?.drop ?? null, size, greeting: environment.greeting });
}

const protectedHandler = protectFetch(connector, handle);
const middleware = sluiceMiddleware(connector);

const ADAPTERS: Record<string, () => Ask | Promise<Ask>> = {
  Express: () => askOver(expressApp()),
  'Express with a body parser before it': () => askOver(expressApp({ parsersFirst: true })),
  Hono: honoAsk,
  'a fetch handler': () => (path, options) =>
    protectedHandler(requestOf(path, options), { greeting: 'hello' }),
  // Next.js runs the page when its middleware returns nothing.
  'Next.js middleware': () => async (path, options) => {
    const request = requestOf(path, options);
    return (await middleware(request)) ?? handle(request, { greeting: 'hello' });
  },
};

describe.each(Object.keys(ADAPTERS))('Q32, Q33: %s', (name) => {
  let asking: Ask;
  beforeAll(async () => {
    asking = await (ADAPTERS[name] as () => Ask | Promise<Ask>)();
  });

  test('leaves public paths alone', async () => {
    expect(await (await asking('/open')).json()).toMatchObject({ admitted: null });
  });

  test('sends a page visit to the room, with both cookies', async () => {
    const answer = await asking('/buy/now?size=42', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.pathname).toBe(`/w/${DROP}`);
    expect(location.searchParams.get('return')).toBe(`${SHOP}/buy/now?size=42`);
    expect(answer.headers.getSetCookie()).toHaveLength(2);
  });

  test('tells an API client 401, by a problem document', async () => {
    const answer = await asking('/buy/now', { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ reason: 'token-missing', drop: DROP });
  });

  test('takes the token over', async () => {
    const form = new URLSearchParams({ token, drop: DROP, to: '/buy/now' });
    const answer = await asking(CALLBACK_PATH, { method: 'POST', form });
    expect(answer.status).toBe(303);
    // Next.js takes no `Location` but a whole one; the others say the path.
    const location = answer.headers.get('location') ?? '';
    expect(name === 'Next.js middleware' ? location : `http://shop.example${location}`).toBe(
      'http://shop.example/buy/now',
    );
    expect(answer.headers.getSetCookie()[0]).toContain(`sluice_token_${DROP}=${token};`);
  });

  test('refuses a token that came twice', async () => {
    const form = new URLSearchParams({ token, drop: DROP, to: '/buy/now' });
    form.append('token', token);
    expect((await asking(CALLBACK_PATH, { method: 'POST', form })).status).toBe(400);
  });

  test('lets an admitted shopper through, with the body for the handler', async () => {
    const form = new URLSearchParams({ size: '42' });
    const answer = await asking('/buy/now', { method: 'POST', headers: { cookie }, form });
    expect(await answer.json()).toMatchObject({ admitted: DROP, size: '42' });
  });

  test('refuses the token without its secret', async () => {
    const headers = { cookie: `sluice_token_${DROP}=${token}`, accept: 'application/json' };
    expect((await asking('/buy/now', { headers })).status).toBe(401);
  });
});

describe('Express', () => {
  test('judges the whole path where the middleware is mounted below one', async () => {
    const app = express();
    app.use('/buy', expressSluice({ connector }), (_request, response) => void response.json({}));
    const asking = await askOver(createServer(app));
    expect((await asking('/buy/now', { headers: { accept: 'text/html' } })).status).toBe(302);
  });

  test('gives what fails inside the connector to the error handler', async () => {
    const broken = { ...connector, decide: () => Promise.reject(new Error('broken')) };
    const app = express();
    app.use(expressSluice({ connector: broken }));
    app.use(((error, _request, response, _next) => {
      response.status(500).json({ message: error.message });
    }) satisfies express.ErrorRequestHandler);
    const asking = await askOver(createServer(app));
    expect(await (await asking('/buy/now')).json()).toEqual({ message: 'broken' });
  });
});
