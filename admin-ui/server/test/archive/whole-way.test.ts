/** A drop of real rooms, drawn, closed, archived: who asks for it afterwards is told so, and its draw is checked as before. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureKeys } from '../../../../scripts/lib/keys.mjs';
import { anyPlan, inSeconds, OPERATOR_KEY, SEED_KEY, SERVICE_TOKEN, send } from '../support/control-plane.ts';
import { keysOf } from '../support/ended-drop.ts';
import { openStores, type TestStores } from '../support/stores.ts';

const pathOf = (file: string) => fileURLToPath(new URL(`../../../../${file}`, import.meta.url));
const SHOPPERS = 25;
/** A drop that is not quite over when a look comes is looked at again ten seconds later. */
const PATIENCE = { timeoutMs: 60_000 };

let stores: TestStores;
let folder: string;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  stores = await openStores();
  folder = mkdtempSync(join(tmpdir(), 'sluice-archive-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stores?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startService(entry: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, [pathOf(entry)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: stores.redisUrl,
      SERVICE_TOKEN,
      LOG_LEVEL: 'info',
      ...environment,
    },
  });
  children.add(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url, internalUrl } = JSON.parse(line);
    if (msg !== 'listening') continue;
    child.stdout.resume();
    return { child, url: String(url), internalUrl: String(internalUrl) };
  }
  throw new Error(`${entry} ended before it listened`);
}

const startControlPlane = (port = '0') =>
  startService('admin-ui/server/src/server.ts', {
    DATABASE_URL: stores.databaseUrl,
    OPERATOR_KEY,
    SEED_KEY,
    ARCHIVE_AFTER_HOURS: '0',
    CHECKOUT_INTERNAL_URL: 'http://127.0.0.1:9',
    INTERNAL_PORT: port,
  });

function startRoom(name: string, environment: Record<string, string> = {}) {
  const { admissionKeysFile, ticketKeysFile } = ensureKeys(folder);
  return startService('waiting-room/src/server.ts', {
    INSTANCE_ID: name,
    PUBLIC_URL: 'http://localhost:8080',
    ADMISSION_KEYS_FILE: admissionKeysFile,
    TICKET_KEYS_FILE: ticketKeysFile,
    HEALING_DIR: join(folder, name),
    ...environment,
  });
}

function verify(draw: string): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [pathOf('waiting-room/public/verify-draw.mjs'), draw], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out: out + err }),
    );
  });
}

test('promise 4: the draw of an archived drop is checked by the same program at the same address, receipts too', async () => {
  const control = await startControlPlane();
  const archive = { ARCHIVE_URL: control.internalUrl };
  const [room, sleeper] = [await startRoom('awake', archive), await startRoom('asleep', archive)];
  const operate = (method: string, path: string, body: unknown) =>
    send(control.url, method, path, { body, headers: { authorization: `Bearer ${OPERATOR_KEY}` } });
  const plan = { ...anyPlan(), products: [], opensAt: inSeconds(3600) };
  const admission = {
    lobbySeconds: 7200,
    ratePerMinute: 0,
    stockBound: 'off',
    tokenSeconds: 60,
    holdSeconds: 60,
  };
  const created = await operate('POST', '/api/v1/drops', { ...plan, admission });
  expect(created.status).toBe(201);
  const drop: string = created.body.id;
  const base = `${room.url}/v1/drops/${drop}`;
  await waitUntil(async () => (await send(base, 'GET', `${base}/pulse`)).status === 200);
  const tickets: string[] = [];
  for (let at = 0; at < SHOPPERS; at++)
    tickets.push((await send(base, 'POST', `${base}/tickets`)).body.ticket);
  // The opening comes: the plan is moved, and nothing but Redis's clock decides.
  await stores.database.query(
    'update admin.drops set opens_at = now(), policy_version = policy_version + 1 where drop_id = $1',
    [drop],
  );
  const before = await waitUntil(async () => {
    const { body } = await send(base, 'GET', `${base}/draw`);
    return body.revealed ? body : null;
  });
  await waitUntil(
    async () => (await send(sleeper.url, 'GET', `/v1/drops/${drop}/pulse`)).body?.phase === 'open',
  );
  // From here on it knows an open drop, and hears nothing.
  sleeper.child.kill('SIGSTOP');
  const closed = await operate('POST', `/api/v1/drops/${drop}/close`, { confirm: true });
  expect(closed.status).toBe(200);
  const receipt = await send(base, 'GET', `${base}/draw/receipt`, {
    headers: { authorization: `Ticket ${tickets[0]}` },
  });
  expect(receipt.status).toBe(200);
  // A day passes.
  await stores.database.query(
    `update admin.drops set updated_at = now() - interval '1 day' where drop_id = $1`,
    [drop],
  );
  await waitUntil(async () => (await stores.redis.zscore('wr:archived', drop)) !== null, PATIENCE);
  await waitUntil(async () => (await send(base, 'GET', `${base}/pulse`)).status === 410);
  await waitUntil(async () => (await keysOf(stores.redis, drop)).length === 0, PATIENCE);

  for (const [method, path] of [
    ['GET', 'pulse'],
    ['POST', 'tickets'],
    ['GET', 'products'],
    ['GET', 'ticket'],
  ] as const) {
    const { status, body } = await send(base, method, `${base}/${path}`);
    expect([path, status, body.type]).toEqual([path, 410, expect.stringMatching(/archived$/)]);
    expect(body.draw).toBe(`/v1/drops/${drop}/draw`);
  }
  const page = await send(room.url, 'GET', `/w/${drop}`);
  expect([page.status, page.text]).toEqual([410, expect.stringContaining('<html')]);

  expect((await send(base, 'GET', `${base}/draw`)).body).toEqual(before);
  const checked = await verify(`${base}/draw`);
  expect(checked).toMatchObject({ code: 0, out: expect.stringContaining(`${SHOPPERS} places recomputed`) });
  const again = await send(base, 'GET', `${base}/draw/receipt`, {
    headers: { authorization: `Ticket ${tickets[0]}` },
  });
  expect(again.body).toEqual(receipt.body);
  expect((await send(base, 'GET', `${base}/draw/roster/7`)).status).toBe(404);

  // Its log is gone; its report is the one that was made from it.
  const report = await operate('GET', `/api/v1/drops/${drop}/report`, undefined);
  expect(report).toMatchObject({ status: 200, body: { joined: SHOPPERS, phase: 'closed' } });

  // Who slept through it does not bring the drop back, and learns what has happened.
  sleeper.child.kill('SIGCONT');
  await waitUntil(async () => (await send(sleeper.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 410);
  expect(await keysOf(stores.redis, drop)).toEqual([]);

  // A room that knows of no archive, and one whose archive does not answer.
  const plain = await startRoom('plain');
  await waitUntil(async () => (await send(plain.url, 'GET', `/v1/drops/${drop}/draw`)).status === 410);
  control.child.kill('SIGKILL');
  const fresh = await startRoom('fresh', archive);
  const refused = await waitUntil(async () => {
    const answer = await send(fresh.url, 'GET', `/v1/drops/${drop}/draw`);
    return answer.status === 404 ? null : answer;
  });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  await startControlPlane(new URL(control.internalUrl).port);
  await waitUntil(async () => (await send(fresh.url, 'GET', `/v1/drops/${drop}/draw`)).status === 200);
  expect((await send(fresh.url, 'GET', '/v1/drops/never-was/draw')).status).toBe(404);
}, 120_000);
