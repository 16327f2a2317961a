/** The shipped nginx configuration in front of real instances: what the crowd asks for reaches them once a second (2.2, Q22). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { createDrop, newBind } from '../../waiting-room/test/support/drop.ts';
import { joinDrop, send, startTestRoom, type TestRoom } from '../../waiting-room/test/support/room.ts';

vi.setConfig({ testTimeout: 90_000 });

const TEMPLATE = new URL('../nginx/waiting-room.conf.template', import.meta.url);

interface Edge {
  readonly url: string;
  stop(): Promise<void>;
}

let room: TestRoom;
let edge: Edge | undefined;
afterEach(async () => {
  await edge?.stop();
  edge = undefined;
  await room?.close();
});

/** nginx as the image runs it: the template filled in, included in `http { }`. */
async function startEdge(program: string, roomUrl: string): Promise<Edge> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-edge-'));
  const port = await freePort();
  const values: Record<string, string> = {
    SLUICE_ROOM: new URL(roomUrl).host,
    SLUICE_LISTEN: `127.0.0.1:${port}`,
    SLUICE_CACHE: join(folder, 'cache'),
  };
  const filled = readFileSync(TEMPLATE, 'utf8').replace(/\$\{(\w+)\}/g, (_, name) => values[name] ?? '');
  writeFileSync(join(folder, 'sluice.conf'), filled);
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr warn;
     events { worker_connections 2000; } http { access_log off; ${own.join(' ')} include ${folder}/sluice.conf; }`,
  );
  const child: ChildProcess = spawn(
    program,
    ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      return (await fetch(`${url}/livez`).catch(() => null))?.ok;
    },
    { what: 'nginx' },
  );
  return {
    url,
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGQUIT');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(context: { skip: (reason: string) => never }) {
  const program = requiredProgram('NGINX_PATH', context);
  room = await startTestRoom();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const path = `/v1/drops/${drop}/pulse`;
  await waitUntil(async () => (await send(room.url, 'GET', path)).status === 200);
  edge = await startEdge(program, room.url);
  return { drop, path, url: edge.url };
}

/** Pulses that the instance has answered, whatever with. */
async function upstreamPulses(): Promise<number> {
  const { text } = await send(room.internalUrl, 'GET', '/metrics');
  return [...text.matchAll(/^waiting_room_pulse\w*\{[^}]*\} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

test('Q22: two hundred readers who come at the same moment are one request to the room', async (context) => {
  const { path, url } = await start(context);
  const before = await upstreamPulses();
  const startedMs = performance.now();
  const answers = await Promise.all(Array.from({ length: 200 }, () => send(url, 'GET', path)));
  const seconds = (performance.now() - startedMs) / 1000;
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  // Those at the very end may meet the next second; on a slow machine there are more of those.
  expect((await upstreamPulses()) - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
});

test('Q22: however many read, the room is asked about once a second', async (context) => {
  const { path, url } = await start(context);
  const before = await upstreamPulses();
  const startedMs = performance.now();
  const seen = new Set<string>();
  let reads = 0;
  await waitUntil(
    async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, () => send(url, 'GET', path)));
      for (const { headers } of answers) seen.add(headers.get('etag') ?? '');
      reads += answers.length;
      return seen.size > 5;
    },
    { everyMs: 20, timeoutMs: 60_000 },
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const asked = (await upstreamPulses()) - before;
  expect(reads).toBeGreaterThan(5 * asked);
  expect(asked).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
});

test('Q20: after a while without readers nobody gets the old picture', async (context) => {
  const { path, url } = await start(context);
  const old = (await send(url, 'GET', path)).headers.get('etag')?.replace('W/', '');
  const next = new Set<string | null>();
  // Three more pictures at the room: the first is three seconds old then.
  await waitUntil(async () => next.add((await send(room.url, 'GET', path)).headers.get('etag')).size > 4, {
    timeoutMs: 30_000,
  });
  const answer = await send(url, 'GET', path);
  expect(answer.headers.get('etag')?.replace('W/', '')).not.toBe(old);
  expect(answer.headers.get('x-cache')).toMatch(/^(EXPIRED|MISS|REVALIDATED)$/);
});

test('a reader who has the current picture gets 304 from the edge, and a query makes no other copy', async (context) => {
  const { path, url } = await start(context);
  await waitUntil(async () => {
    const { headers } = await send(url, 'GET', path);
    const again = await send(url, 'GET', path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    return again.status === 304 && again.text === '' && again.headers.get('x-cache') === 'HIT';
  });
  await waitUntil(async () => {
    await send(url, 'GET', path);
    return (await send(url, 'GET', `${path}?x=${Math.random()}`)).headers.get('x-cache') === 'HIT';
  });
});

test('promise 7: with every instance gone readers keep the last picture, page and modules; a join is told to wait', async (context) => {
  const { drop, path, url } = await start(context);
  const page = () => send(url, 'GET', `/w/${drop}?return=https://shop.example/p&bind=${newBind()}`);
  const last = await send(url, 'GET', path);
  const shell = await page();
  const [, line = ''] = /"line":"([^"]+)"/.exec(shell.text) ?? [];
  expect((await send(url, 'GET', line)).status).toBe(200);
  await room.close();
  const kept = await send(url, 'GET', path);
  expect([kept.status, kept.body.drop]).toEqual([200, last.body.drop]);
  expect((await page()).text).toBe(shell.text);
  expect((await send(url, 'GET', line)).headers.get('x-cache')).toBe('HIT');
  expect((await send(url, 'POST', `/v1/drops/${drop}/tickets`)).status).toBe(502);
});

test('the shell is one copy for all who come from the shop, one for each language, and never one shopper’s', async (context) => {
  const { drop, url } = await start(context);
  const open = (language: string, query: string, headers: Record<string, string> = {}) =>
    send(url, 'GET', `/w/${drop}?${query}`, { headers: { 'accept-language': language, ...headers } });
  const bound = () => `return=https://shop.example/p&bind=${newBind()}`;
  const first = await open('en-GB,en;q=0.9', bound());
  const second = await open('en-US,en;q=0.5,fr;q=0.1', bound(), { cookie: `wr_${drop}=somebody` });
  expect([first.status, second.headers.get('x-cache'), second.text]).toEqual([200, 'HIT', first.text]);
  const german = await open('de-AT', bound());
  expect(german.text).toContain('<html lang="de"');
  expect((await open('de', bound())).text).toBe(german.text);
  // Without a `bind` everyone is sent by the shop, with a cookie of their own.
  for (let i = 0; i < 2; i++) {
    const unbound = await open('en', 'return=https://shop.example/p');
    expect([unbound.status, unbound.headers.get('x-cache')]).toEqual([302, 'BYPASS']);
    expect(unbound.headers.get('set-cookie')).toContain('wr_detour');
  }
  expect((await open('en', bound())).headers.get('set-cookie')).toBeNull();
});

test('what is about one shopper passes through, uncached, and a stream flows', async (context) => {
  const { drop, url } = await start(context);
  const ticket = await joinDrop(url, drop);
  const headers = { authorization: `Ticket ${ticket}` };
  const own = await waitUntil(async () => {
    const answer = await send(url, 'GET', `/v1/drops/${drop}/ticket`, { headers });
    return answer.body.ahead === 0 ? answer : null;
  });
  expect(own.headers.get('x-cache')).toBeNull();
  expect(own.headers.get('cache-control')).toBe('no-store');
  const stream = await fetch(`${url}/v1/drops/${drop}/stream`, { headers });
  const reader = stream.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toContain('event: status');
  await reader?.cancel();
});
