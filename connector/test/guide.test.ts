/** docs/guides/protect-your-origin.md as a new user goes through it: each paste is taken from the page, run, and visited. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { startNginx } from '../../scripts/lib/start-nginx.mjs';
import { nodeToWebRequest, writeWebResponse } from '../src/node-http.ts';
import { type FakeRoom, startFakeRoom } from '../src/testing.ts';
import { ask } from './support/ask.ts';
import { expectProtected, readPastes, type Shop } from './support/guide.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DROP = 'sneaker-1';

const pastes = await readPastes('protect-your-origin');
/** Tried by tests of their own: next.test.ts, and the last ones here. */
const ELSEWHERE = [
  'connector.js',
  'proxy.js',
  'app/buy/route.js',
  'gate.sh',
  'own.test.mjs',
  'plan.sh',
  'settings.sh',
  'try.sh',
];

let folder = '';
let room: FakeRoom;
const children: ChildProcess[] = [];
const servers: Server[] = [];
beforeAll(async () => {
  room = await startFakeRoom();
  folder = await mkdtemp(join(tmpdir(), 'sluice-guide-'));
  await mkdir(join(folder, 'node_modules/@sluice'), { recursive: true });
  for (const name of ['express', 'fastify', 'hono', '@sluice/connector'])
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  for (const [name, text] of pastes) if (!name.includes('/')) await writeFile(join(folder, name), text);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.close().closeAllConnections();
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

const environmentOf = (url: string) => ({
  ...process.env,
  ROOM_URL: room.url,
  SHOP_URL: url,
  DROP,
  PORT: new URL(url).port,
});

/** Pastes that listen themselves. */
async function startProgram(name: string): Promise<Shop> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, [name], {
    cwd: folder,
    env: environmentOf(url),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  await waitUntil(() => ask(url, '/').then(() => true), { what: `an answer of ${name}` });
  return { where: url, url };
}

/** Pastes that export a `fetch` handler: what their platform would do around them. */
async function startHandler(name: string): Promise<Shop> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { ROOM_URL: room.url, SHOP_URL: url, DROP });
  const module = await import(join(folder, name));
  const { fetch } = module.default as { fetch(request: Request): Promise<Response> | Response };
  server.on('request', async (request, response) => {
    await writeWebResponse(response, await fetch(nodeToWebRequest(request)));
  });
  return { where: url, url };
}

async function startBehindNginx(context: TestContext): Promise<Shop> {
  const program = requiredProgram('NGINX_PATH', context);
  const origin = createServer((request, response) => {
    const subject = request.headers['sluice-subject'];
    response.end(subject ? `admitted: ${subject}` : 'everybody');
  });
  servers.push(origin);
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const gatePort = await freePort();
  const url = 'http://127.0.0.1:1';
  const command = (pastes.get('gate.sh') as string)
    .replace('npx @sluice/connector', `exec ${process.execPath} ${join(ROOT, 'connector/src/gate/cli.ts')}`)
    .replace('9480', String(gatePort));
  children.push(
    spawn('sh', ['-c', command], { env: environmentOf(url), stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const gate = `http://127.0.0.1:${gatePort}`;
  await waitUntil(() => ask(gate, '/.sluice/livez').then(({ status }) => status === 204), {
    what: 'the gate',
  });
  const shared = await readFile(join(ROOT, 'connector/nginx.conf'), 'utf8');
  await writeFile(join(folder, 'gate.conf'), shared.replaceAll('9480', String(gatePort)));
  const server = (pastes.get('server.conf') as string)
    .replace('listen 80;', 'listen {socket};')
    .replace('node_modules/@sluice/connector/nginx.conf', join(folder, 'gate.conf'))
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${(origin.address() as AddressInfo).port}`);
  const nginx = await startNginx(program, server);
  servers.push({ close: () => ({ closeAllConnections: () => void nginx.stop() }) } as unknown as Server);
  return { where: nginx.socketPath, url };
}

const SHOPS: Record<string, (context: TestContext) => Promise<Shop>> = {
  'express.mjs': () => startProgram('express.mjs'),
  'fastify.mjs': () => startProgram('fastify.mjs'),
  'hono.mjs': () => startHandler('hono.mjs'),
  'worker.mjs': () => startHandler('worker.mjs'),
  'server.conf': startBehindNginx,
};

describe('5.14: the guide "protect your origin"', () => {
  test('every paste of the guide is run here', () => {
    expect([...pastes.keys()].sort()).toEqual([...Object.keys(SHOPS), ...ELSEWHERE].sort());
  });

  test.for(Object.keys(SHOPS))(
    '%s: everybody, the room, an admission, a stolen one',
    async (name, context) => {
      const shop = await (SHOPS[name] as (context: TestContext) => Promise<Shop>)(context);
      await expectProtected(shop, room, DROP);
    },
  );

  test('own.test.mjs prints what it says', async () => {
    const child = spawn(process.execPath, ['own.test.mjs'], {
      cwd: folder,
      env: environmentOf('http://127.0.0.1:1'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = (await Readable.from(child.stdout).toArray()).join('');
    if (child.exitCode === null) await once(child, 'exit');
    expect([child.exitCode, said]).toEqual([
      0,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ true true\n$/),
    ]);
  });

  test('in one terminal: the settings, a program, and what curl says of it', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    // What a reader replaces, and nothing else.
    const settings = (pastes.get('settings.sh') as string)
      .replace('https://room.example', room.url)
      .replace('https://shop.example', url)
      .replace('PORT=3000', `PORT=${new URL(url).port}`);
    const terminal = (command: string, stdout: 'ignore' | 'pipe') => {
      const child = spawn('sh', ['-c', `${settings}\n${command}`], {
        cwd: folder,
        env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
        stdio: ['ignore', stdout, 'inherit'],
      });
      children.push(child);
      return child;
    };
    terminal('exec node express.mjs', 'ignore');
    await waitUntil(() => ask(url, '/').then(() => true), { what: 'the shop' });
    const trying = terminal(pastes.get('try.sh') as string, 'pipe');
    const [location = '', api = ''] = (await Readable.from(trying.stdout as Readable).toArray())
      .join('')
      .split('\r\n');
    const there = new URL(location.replace(/^location: /i, ''));
    expect([there.origin, there.pathname, [...there.searchParams.keys()].sort()]).toEqual([
      room.url,
      `/w/${DROP}`,
      ['bind', 'return'],
    ]);
    expect(JSON.parse(api)).toMatchObject({ status: 401, waitingRoom: `${room.url}/w/${DROP}` });
  });
});
