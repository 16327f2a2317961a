/** The gate as its user runs it: a process of its own beside a real nginx, with the configuration that the package brings. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { startNginx } from '../../scripts/lib/start-nginx.mjs';
import { bindOf } from '../src/bind-of.ts';
import { CALLBACK_PATH, createSecret } from '../src/index.ts';
import { ask } from './support/ask.ts';
import { copyOf } from './support/copy-of.ts';
import { createSigningKey, DROP, jwksOf, signToken } from './support/fake-keys.ts';
import { type JwksServer, startJwksServer } from './support/jwks-server.ts';

const SHOP = 'http://127.0.0.1:1';
const CLI = new URL('../src/gate/cli.ts', import.meta.url).pathname;

const key = createSigningKey('room-1');
const secret = createSecret();
const COPY = copyOf(DROP);
const PASS_LINK = `/.sluice/rehearsal?${new URLSearchParams({ drop: COPY, pass: 'cGF5bG9hZA.bWFj', to: '/buy/now' })}`;

interface Site {
  readonly socketPath: string;
  readonly gate: string;
  readonly gateProcess: ChildProcess;
  readonly room: JwksServer;
  /** What reached the origin behind nginx. */
  readonly reached: { url: string | undefined; headers: Record<string, unknown> }[];
  readonly token: string;
  /** For a copy of the drop. */
  readonly staffToken: string;
}

let site: Promise<Site> | undefined;
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** One site for all tests: room (keys only), origin, gate, nginx. */
function startSite(context: TestContext): Promise<Site> {
  const nginx = requiredProgram('NGINX_PATH', context);
  site ??= start(nginx);
  return site;
}

async function start(program: string): Promise<Site> {
  const room = await startJwksServer(jwksOf(key));
  closing.push(() => room.close());
  const { origin: roomOrigin } = new URL(room.url);
  const reached: Site['reached'] = [];
  const origin: Server = createServer((request, response) => {
    reached.push({ url: request.url, headers: request.headers });
    response.end('the shop');
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  closing.push(() => origin.close().closeAllConnections());
  const { gate, gateProcess } = await startGate(roomOrigin, ['--rehearsals']);
  const conf = await readFile(new URL('../nginx.conf', import.meta.url), 'utf8');
  const originPort = (origin.address() as AddressInfo).port;
  const location = (path: string) => `
    location ${path} {
      auth_request /.sluice/check;
      error_page 401 = @sluice_answer;
      auth_request_set $sluice_drop $upstream_http_sluice_drop;
      auth_request_set $sluice_subject $upstream_http_sluice_subject;
      proxy_set_header Sluice-Drop $sluice_drop;
      proxy_set_header Sluice-Subject $sluice_subject;
      proxy_pass http://127.0.0.1:${originPort};
    }`;
  const nginx = await startNginx(
    program,
    `server { listen {socket}; ${conf.replaceAll('127.0.0.1:9480', gate.replace('http://', ''))}
      ${location('/')} }`,
  );
  closing.push(() => nginx.stop());
  const iat = Math.floor(Date.now() / 1000);
  const number = createSecret();
  const bind = await bindOf(secret);
  const tokenFor = (aud: string) =>
    signToken(key, {
      ...{ iss: roomOrigin, aud, sub: number, jti: number, iat, nbf: iat, exp: iat + 600 },
      cnf: { bind },
    });
  const [token, staffToken] = [tokenFor(DROP), tokenFor(COPY)];
  return { socketPath: nginx.socketPath, gate, gateProcess, room, reached, token, staffToken };
}

async function startGate(
  room: string,
  more: readonly string[] = [],
): Promise<{ gate: string; gateProcess: ChildProcess }> {
  const args = ['--room', room, '--shop', SHOP, '--protect', `/buy=${DROP}`, '--protect', '/buy/vip=vip-1'];
  const gateProcess = spawn(
    process.execPath,
    [CLI, 'gate', ...args, ...more, '--ignore', '/buy/terms', '--listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  closing.push(() => gateProcess.kill('SIGKILL'));
  for await (const line of createInterface({ input: gateProcess.stdout as NodeJS.ReadableStream })) {
    const [, address] = /listening on (.+)$/.exec(line) ?? [];
    if (address) return { gate: `http://${address}`, gateProcess };
  }
  throw new Error('the gate ended before it listened');
}

const cookieOf = (token: string, drop = DROP) =>
  `sluice_token_${drop}=${token}; sluice_secret_${drop}=${secret}`;

describe('the gate beside a real nginx', () => {
  beforeEach(async (context) => {
    (await startSite(context)).reached.length = 0;
  });

  test('sends a page visit to the room of its path, with both cookies, and nothing reaches the origin', async (context) => {
    const { socketPath, reached, room } = await startSite(context);
    const answer = await ask(socketPath, '/buy/now?size=42', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe(`${new URL(room.url).origin}/w/${DROP}`);
    expect(location.searchParams.get('return')).toBe(`${SHOP}/buy/now?size=42`);
    expect(answer.headers.getSetCookie()).toHaveLength(2);
    const vip = await ask(socketPath, '/buy/vip/now', { headers: { accept: 'text/html' } });
    expect(new URL(vip.headers.get('location') ?? '').pathname).toBe('/w/vip-1');
    expect(reached).toEqual([]);
  });

  test('takes the token over, and lets the admitted through with who they are', async (context) => {
    const { socketPath, reached, token } = await startSite(context);
    const form = new URLSearchParams({ token, drop: DROP, to: '/buy/now' });
    const taken = await ask(socketPath, CALLBACK_PATH, { method: 'POST', form });
    expect(taken.status).toBe(303);
    expect(taken.headers.getSetCookie()[0]).toContain(`sluice_token_${DROP}=${token};`);
    const headers = { cookie: cookieOf(token), 'sluice-drop': 'forged', 'sluice-subject': 'forged' };
    const passed = await ask(socketPath, '/buy/now', { method: 'POST', headers, form });
    expect(await passed.text()).toBe('the shop');
    expect(reached).toMatchObject([{ url: '/buy/now', headers: { 'sluice-drop': DROP } }]);
    expect(reached[0]?.headers['sluice-subject']).toHaveLength(43);
  });

  test('4.4: with --rehearsals staff walk the shop by the link of a pass, and the origin is told that it is a copy', async (context) => {
    const { socketPath, reached, room, staffToken } = await startSite(context);
    const sent = await ask(socketPath, PASS_LINK, { headers: { accept: 'text/html' } });
    const location = new URL(sent.headers.get('location') ?? '');
    expect([sent.status, location.origin + location.pathname]).toEqual([
      303,
      `${new URL(room.url).origin}/w/${COPY}`,
    ]);
    expect(location.searchParams.get('return')).toBe(`${SHOP}/buy/now`);
    expect(sent.headers.getSetCookie()[0]).toMatch(new RegExp(`^sluice_secret_${COPY}=[\\w-]{43};`));
    const form = new URLSearchParams({ token: staffToken, drop: COPY, to: '/buy/now' });
    expect((await ask(socketPath, CALLBACK_PATH, { method: 'POST', form })).status).toBe(303);
    const headers = { cookie: cookieOf(staffToken, COPY) };
    expect((await ask(socketPath, '/buy/now', { headers })).status).toBe(200);
    expect(reached).toMatchObject([{ url: '/buy/now', headers: { 'sluice-drop': COPY } }]);
    // A copy of one drop is none of another's.
    const vip = { headers: { ...headers, accept: 'text/html' } };
    expect((await ask(socketPath, '/buy/vip/now', vip)).status).toBe(302);
  });

  test('4.4: without it the link leads nowhere, and a copy’s admission opens nothing', async (context) => {
    const { room, staffToken } = await startSite(context);
    const { gate } = await startGate(new URL(room.url).origin);
    expect((await ask(gate, PASS_LINK, { headers: { accept: 'text/html' } })).status).toBe(404);
    const check = { 'x-original-uri': '/buy/now', 'x-original-method': 'GET' };
    const headers = { cookie: cookieOf(staffToken, COPY), ...check };
    expect((await ask(gate, '/.sluice/check', { headers })).status).toBe(401);
  });

  test('leaves public paths and exceptions alone, and takes forged words about the admission out', async (context) => {
    const { socketPath, reached } = await startSite(context);
    const headers = { 'sluice-drop': 'forged' };
    expect((await ask(socketPath, '/', { headers })).status).toBe(200);
    expect((await ask(socketPath, '/buy/terms', { headers })).status).toBe(200);
    expect(reached.map((request) => request.headers['sluice-drop'])).toEqual([undefined, undefined]);
  });

  test('tells an API client 401 by a problem document', async (context) => {
    const { socketPath } = await startSite(context);
    const answer = await ask(socketPath, '/buy/now', { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ reason: 'token-missing', drop: DROP });
  });

  test.for([
    '/BUY/now',
    '//buy/now',
    '/x/../buy/now',
    '/%62uy/now',
    '/buy/%2e%2e/buy/now',
    '/.sluice/../buy/now',
  ])('no spelling of a protected path gets through: %s', async (path, context) => {
    const { socketPath, reached } = await startSite(context);
    const answer = await ask(socketPath, path, { headers: { accept: 'text/html' } });
    expect(answer.status).not.toBe(200);
    expect(reached).toEqual([]);
  });

  test.for(['/.sluice/check', '/.sluice/metrics', '/.sluice/livez'])(
    'keeps its own business from the public: %s',
    async (path, context) => {
      const { socketPath } = await startSite(context);
      const headers = { 'x-original-uri': '/', 'x-original-method': 'GET' };
      expect((await ask(socketPath, path, { headers })).status).toBe(404);
    },
  );

  test('counts what it was asked', async (context) => {
    const { gate, socketPath } = await startSite(context);
    await ask(socketPath, '/buy');
    const text = await (await ask(gate, '/.sluice/metrics')).text();
    expect(text).toMatch(/^sluice_gate_checks_total\{verdict="refuse"\} [1-9]/m);
    expect(text).toMatch(/^sluice_gate_answers_total [1-9]/m);
    expect((await ask(gate, '/.sluice/livez')).status).toBe(204);
  });

  test('a check that names no request is refused, with the field', async (context) => {
    const { gate } = await startSite(context);
    const answer = await ask(gate, '/.sluice/check');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ field: 'X-Original-URI' }] });
  });

  // The last one: it ends the gate.
  test('the room’s end changes nothing for the admitted, the gate’s own end closes the shop', async (context) => {
    const { socketPath, token, room, gateProcess, reached } = await startSite(context);
    await room.close();
    const headers = { cookie: cookieOf(token) };
    expect((await ask(socketPath, '/buy/now', { headers })).status).toBe(200);
    gateProcess.kill('SIGTERM');
    await once(gateProcess, 'exit');
    expect(gateProcess.exitCode).toBe(0);
    reached.length = 0;
    expect((await ask(socketPath, '/buy/now', { headers })).status).toBe(500);
    expect(reached).toEqual([]);
  });
});
