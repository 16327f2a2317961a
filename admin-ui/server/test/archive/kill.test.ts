/** Promise 7: control planes are killed again and again while they archive; nothing is removed before it is stored, and all of it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageRoot, rootOf } from '../../src/domain/roster-root.ts';
import { OPERATOR_KEY, SEED_KEY, SERVICE_TOKEN, send } from '../support/control-plane.ts';
import { createEndedDrop, type EndedDrop, keysOf } from '../support/ended-drop.ts';
import { openStores, type TestStores } from '../support/stores.ts';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));
const KILLS = 3;
/** Enough that a kill is always in the middle: one step takes milliseconds. */
const DROPS = 20;

let stores: TestStores;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stores?.close();
});

function spawnServer(): ChildProcess {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: stores.redisUrl,
      DATABASE_URL: stores.databaseUrl,
      SERVICE_TOKEN,
      OPERATOR_KEY,
      SEED_KEY,
      ARCHIVE_AFTER_HOURS: '0',
      CHECKOUT_INTERNAL_URL: 'http://127.0.0.1:9',
      LOG_LEVEL: 'info',
    },
  });
  children.add(child);
  return child;
}

async function startProcess() {
  const child = spawnServer();
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, internalUrl } = JSON.parse(line);
    if (msg !== 'listening') continue;
    child.stdout?.resume();
    return String(internalUrl);
  }
  throw new Error('the control plane ended before it listened');
}

const count = async (sql: string) =>
  Number((await stores.database.query(`select count(*) from ${sql}`)).rows[0].count);
const removed = () => count('admin.archives where removed_at is not null');
/** Something that every step on the way adds to. */
const progress = async () =>
  (await count('admin.archive_chunks')) +
  (await count('admin.archives where stored_at is not null')) +
  (await count('admin.archives where removed_at is not null'));

async function expectKept({ id, root }: EndedDrop): Promise<void> {
  if ((await stores.redis.exists(`wr:{${id}}:control`)) === 1) return;
  const { rows } = await stores.database.query(
    `select body from admin.archive_chunks where drop_id = $1 and kind = 'roster' order by number`,
    [id],
  );
  expect(rootOf(rows.map(({ body }) => pageRoot(body))).toString('base64url')).toBe(root);
  const archives = await stores.plane.archives.find([id]);
  expect(archives.get(id)?.totals).toMatchObject({ joined: 70, entered: 40 });
}

test('promise 7: killed in the middle, by kill -9, with two instances', async () => {
  const drops: EndedDrop[] = [];
  for (let at = 0; at < DROPS; at++) drops.push(await createEndedDrop(stores, { lines: 9000 }));
  let killsInTheMiddle = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = await progress();
    const instances = [spawnServer(), spawnServer()];
    // After a different number of steps each time; they archive before they listen.
    await waitUntil(async () => (await progress()) >= before + 2 * kill, { everyMs: 1 });
    for (const child of instances) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    for (const drop of drops) await expectKept(drop);
    if ((await removed()) < DROPS) killsInTheMiddle++;
    // The dead hold their turns for a minute; time passes.
    await stores.database.query('update admin.archives set next_try_at = now() where removed_at is null');
  }
  expect(killsInTheMiddle).toBe(KILLS);
  const internalUrl = await startProcess();
  await waitUntil(async () => (await removed()) === DROPS, {
    timeoutMs: 60_000,
  });
  for (const drop of drops) {
    await expectKept(drop);
    expect(await keysOf(stores.redis, drop.id)).toEqual([]);
  }
  const metrics = (await send(internalUrl, 'GET', '/metrics')).text;
  expect(metrics).toMatch(/admin_drops_archived_total\{.*\} [1-9]/);
  expect(metrics).toMatch(/admin_redis_keys_removed_total\{.*\} [1-9]/);
  expect(metrics).toMatch(/admin_archive_failing_drops\{.*\} 0\n/);
  // The draw is there for the rooms, and for nobody else.
  const { id, root, pages } = drops[0] as EndedDrop;
  const headers = { authorization: `Bearer ${SERVICE_TOKEN}` };
  const draw = await send(internalUrl, 'GET', `/internal/v1/draws/${id}`, { headers });
  expect(draw.body).toMatchObject({
    head: { root, size: 9000 },
    seed: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const page = await send(internalUrl, 'GET', `/internal/v1/draws/${id}/pages/1`, { headers });
  expect(page.text).toBe(pages[1]);
  for (const path of [`/internal/v1/draws/${id}/pages/9`, '/internal/v1/draws/none'])
    expect((await send(internalUrl, 'GET', path, { headers })).status).toBe(404);
  expect((await send(internalUrl, 'GET', `/internal/v1/draws/${id}/pages/x`, { headers })).status).toBe(400);
  expect((await send(internalUrl, 'GET', `/internal/v1/draws/${id}`)).status).toBe(401);
}, 120_000);
