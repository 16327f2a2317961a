/** Gates that go on by leases when the room is gone: real gate processes, a real Redis that is killed, a room that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createAdmissionVerifier } from '@sluice/connector';
import { type Relay, startRelay, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, newBind, readLog } from '../support/drop.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import {
  createTestKeys,
  joinDrop,
  SERVICE_TOKEN,
  send,
  startTestRoom,
  type TestRoom,
  ticketHeader,
} from '../support/room.ts';

const CLI = fileURLToPath(new URL('../../../connector/src/gate/cli.ts', import.meta.url));
const PUBLIC_ROOM = 'http://localhost:8080';
const RATE_PER_MINUTE = 1200;
const BURST = 40;
const MAX_SESSIONS = 1500;

const gates: ChildProcess[] = [];
let redis: RedisServer | undefined;
let room: TestRoom | undefined;
/** Where gates ask: the room that comes back may listen at another port, since nobody keeps the old one free. */
let front: Relay | undefined;
const keys = createTestKeys();
afterAll(async () => {
  for (const gate of gates) gate.kill('SIGKILL');
  await front?.close();
  await room?.close();
  await redis?.remove();
  keys.remove();
});

interface Gate {
  readonly url: string;
  /** What it has logged, one event each. */
  readonly events: Record<string, unknown>[];
  readonly child: ChildProcess;
}

async function startGate(internal: string): Promise<Gate> {
  const args = ['--room', PUBLIC_ROOM, '--shop', 'http://localhost:8000', '--room-internal', internal];
  const paths = ['--protect', '/buy=metered', '--protect', '/look=opened', '--protect', '/wait=closed'];
  const policies = ['--when-down', 'metered=metered', '--when-down', 'opened=open'];
  const jwks = ['--jwks', `${internal}/.well-known/jwks.json`, '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [CLI, 'gate', ...args, ...paths, ...policies, ...jwks], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, SLUICE_SERVICE_TOKEN: SERVICE_TOKEN },
  });
  gates.push(child);
  const events: Gate['events'] = [];
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const [, address] = /listening on (.+)$/.exec(line) ?? [];
      if (address) resolve({ url: `http://${address}`, child, events });
      else events.push(JSON.parse(line));
    });
    lines.once('close', () => reject(new Error('the gate ended before it listened')));
  });
}

interface Visited {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly cookies: ReadonlyMap<string, string>;
  readonly text: string;
}

/** As a browser or another client asks a gate; fetch would say of itself that it is no page visit. */
async function visit(gate: Gate, path: string, headers: Record<string, string> = {}): Promise<Visited> {
  const asked = request(gate.url + path, { headers: { accept: 'text/html', ...headers } }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  const cookies = (response.headers['set-cookie'] ?? []).map(
    (line) => line.split(';')[0]?.split('=') as [string, string],
  );
  return {
    status: response.statusCode ?? 0,
    header: (name) => String(response.headers[name] ?? ''),
    cookies: new Map(cookies),
    text,
  };
}

const figure = async (gate: Gate, name: string) =>
  Number(
    new RegExp(`^${name}\\{[^}]*\\} (\\d+)`, 'm').exec((await visit(gate, '/.sluice/metrics')).text)?.[1],
  );

/** The most entries in any window beyond what the rate allows in it. */
function excess(times: readonly number[], windowMs: number): number {
  let worst = -Infinity;
  for (let from = 0, to = 0; from < times.length; from++) {
    while (to < times.length && (times[to] as number) < (times[from] as number) + windowMs * 1000) to++;
    worst = Math.max(worst, to - from - (RATE_PER_MINUTE / 60_000) * windowMs);
  }
  return worst;
}

test('promise 1 (5.12): with room and Redis dead, four gates let in what they had leased and nobody more', async () => {
  redis = await startRedisServer();
  const environment = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  room = await startTestRoom(environment, keys);
  front = await startRelay(room.url);
  const url = front.url.replace(/\/$/, '');
  const policy = { rate_per_minute: RATE_PER_MINUTE, burst_seconds: 2, max_sessions: MAX_SESSIONS };
  const drop = await createDrop(room.redis, { id: 'metered', policy });
  for (const id of ['opened', 'closed']) await createDrop(room.redis, { id });
  await waitUntil(async () => (await send(url, 'GET', `/v1/drops/${drop}/pulse`)).body?.phase === 'open');
  const four = await Promise.all(Array.from({ length: 4 }, () => startGate(url)));

  // A crowd enters by the line while the gates lease.
  const tickets = await Promise.all(Array.from({ length: 60 }, () => joinDrop(url, drop)));
  const bind = newBind();
  const pressing = Promise.all(
    tickets.map((ticket) =>
      waitUntil(
        async () => {
          const headers = ticketHeader(ticket);
          const body = { bind, returnTo: 'https://shop.example/' };
          return (await send(url, 'POST', `/v1/drops/${drop}/admission`, { headers, body })).status === 200;
        },
        { everyMs: 1000, timeoutMs: 60_000 },
      ),
    ),
  );
  pressing.catch(() => {}); // awaited below
  for (const gate of four) {
    await waitUntil(async () => (await figure(gate, 'sluice_gate_leases_held')) >= 15, { timeoutMs: 60_000 });
    // A room that has answered nothing for some seconds counts as down.
    const away = await waitUntil(async () => {
      const visited = await visit(gate, '/buy?size=42');
      return visited.status === 302 ? visited : null;
    });
    expect(away.header('location')).toMatch(new RegExp(`^${PUBLIC_ROOM}/w/metered\\?`));
  }
  await pressing;
  const jwks = (await send(url, 'GET', '/.well-known/jwks.json')).body;
  const verifier = createAdmissionVerifier({ issuer: PUBLIC_ROOM, jwks: async () => jwks });

  await redis.kill();
  await room.close();
  await waitUntil(
    async () => (await Promise.all(four.map((gate) => figure(gate, 'sluice_gate_room_down')))).every(Boolean),
    {
      timeoutMs: 60_000,
    },
  );
  const heldThen = await Promise.all(four.map((gate) => figure(gate, 'sluice_gate_leases_held')));

  // Who has no cookie is told what is going on, and gets one; nothing is spent on machines that keep none.
  const [first] = four as [Gate, ...Gate[]];
  const page = await visit(first, '/buy?size=42');
  expect(page.status).toBe(503);
  expect(page.text).toContain('The order of places is not promised while this lasts');
  expect(Number(page.header('retry-after'))).toBeGreaterThanOrEqual(8);
  expect(page.cookies.get('sluice_secret_metered')).toMatch(/^[\w-]{43}$/);
  const api = await visit(first, '/buy', { accept: 'application/json' });
  expect(api.status).toBe(401);
  expect((await visit(first, '/wait')).status).toBe(302);

  const entered: { number: string; gate: Gate }[] = [];
  const began = performance.now();
  await waitUntil(
    async () => {
      await Promise.all(
        four.map(async (gate) => {
          const answer = await visit(gate, '/buy?size=42', {
            cookie: `sluice_secret_metered=${newBind()}`,
          });
          if (answer.status !== 302) return;
          expect(answer.header('location')).toBe('/buy?size=42');
          const [token, secret] = ['sluice_token_metered', 'sluice_secret_metered'].map(
            (name) => answer.cookies.get(name) ?? null,
          );
          const verdict = await verifier.verify({ token: token ?? null, secret: secret ?? null, drop });
          expect(verdict.ok).toBe(true);
          if (verdict.ok) entered.push({ number: verdict.claims.sub, gate });
        }),
      );
      return entered.length >= 6;
    },
    { timeoutMs: 90_000 },
  );
  const seconds = (performance.now() - began) / 1000;
  const pacePerSecond = heldThen.reduce((sum, held) => sum + held, 0) / 60;
  expect(entered.length).toBeLessThanOrEqual(four.length + Math.ceil(pacePerSecond * seconds));
  expect(new Set(entered.map(({ number }) => number)).size).toBe(entered.length);

  // Open is for pages only, and each that passes is written down: which page, never who.
  const check = (method: string, headers: Record<string, string> = {}) =>
    visit(first, '/.sluice/check', {
      'x-original-uri': '/look?from=mail',
      'x-original-method': method,
      ...headers,
    });
  await waitUntil(async () => (await check('GET')).status === 204, { timeoutMs: 60_000 });
  expect((await check('POST')).status).toBe(401);
  expect((await check('GET', { accept: 'application/json' })).status).toBe(401);
  const eventsOf = (name: string) => first.events.filter(({ event }) => event === name);
  await waitUntil(() => eventsOf('passed-without-admission').length > 0);
  expect(eventsOf('passed-without-admission')).toEqual([
    { at: expect.any(String), event: 'passed-without-admission', drop: 'opened', path: '/look' },
  ]);
  expect(eventsOf('room-down').map(({ drop, policy }) => [drop, policy])).toEqual(
    expect.arrayContaining([
      ['metered', 'metered'],
      ['opened', 'open'],
    ]),
  );
  expect(eventsOf('lease-spent').map(({ number }) => number)).toEqual(
    entered.filter(({ gate }) => gate === first).map(({ number }) => number),
  );
  expect(await figure(first, 'sluice_gate_passes_without_admission_total')).toBeGreaterThan(0);

  // The room comes back: what was spent is reported and was counted all along.
  await redis.start();
  room = await startTestRoom(environment, keys);
  front.point(Number(new URL(room.url).port));
  const store = room.redis;
  const all = dropKeys(drop);
  await waitUntil(
    async () => {
      const leases = new Set(await store.zrange(all.leases, '0', '-1'));
      return entered.every(({ number }) => !leases.has(number));
    },
    { timeoutMs: 60_000 },
  );
  const log = await readLog(store, drop);
  const entries = log.filter(({ k }) => k === 'grant' || k === 'lease');
  const leased = new Set(log.filter(({ k }) => k === 'lease').map(({ n }) => n));
  for (const { number } of entered) {
    expect(leased.has(number)).toBe(true);
    expect(await store.zscore(all.sessions, number)).not.toBeNull();
  }
  expect(entries.length).toBeGreaterThan(60 + 6);
  for (const windowMs of [100, 1000, 10_000])
    expect(
      excess(
        entries.map(({ us }) => Number(us)),
        windowMs,
      ),
    ).toBeLessThanOrEqual(BURST);
  expect(await store.zcard(all.sessions)).toBeLessThanOrEqual(MAX_SESSIONS);

  // A gate that is told to end gives back what it holds.
  await waitUntil(async () => (await figure(first, 'sluice_gate_room_down')) === 0, { timeoutMs: 60_000 });
  const before = await store.zcard(all.sessions);
  for (const { child } of four) child.kill('SIGTERM');
  await Promise.all(four.map(({ child }) => child.exitCode ?? once(child, 'exit')));
  expect(await store.zcard(all.leases)).toBe(0);
  expect(await store.zcard(all.sessions)).toBeLessThan(before);
}, 150_000);
