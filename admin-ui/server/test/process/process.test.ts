import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  createTestDatabase,
  createTestRedis,
  type TestDatabase,
  waitUntil,
} from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSeedVault } from '../../src/store/seed-vault.ts';
import { startCheckout, type TestCheckout } from '../support/checkout.ts';
import { anyPlan, OPERATOR_KEY, SEED_KEY, SERVICE_TOKEN, send } from '../support/control-plane.ts';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));

let db: TestDatabase;
let redisUrl: string;
let checkout: TestCheckout;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  db = await createTestDatabase();
  redisUrl = await createTestRedis();
  checkout = await startCheckout(db.url, redisUrl);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await checkout?.close();
  await db?.drop();
});

/** The service as it is shipped, in a process of its own, with everything it says. */
async function startProcess(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: redisUrl,
      DATABASE_URL: db.url,
      SERVICE_TOKEN,
      OPERATOR_KEY,
      SEED_KEY,
      CHECKOUT_INTERNAL_URL: checkout.internalUrl,
      LOG_LEVEL: 'trace',
      ...environment,
    },
  });
  children.add(child);
  const said: string[] = [];
  child.stderr.on('data', (bytes) => said.push(String(bytes)));
  const listening = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line).url);
    });
    child.once('exit', () => reject(new Error(`ended before it listened: ${said.join('\n')}`)));
  });
  return { url: await listening, child, said };
}

const call = (url: string, method: string, path: string, body?: unknown) =>
  send(url, method, path, { body, headers: { authorization: `Bearer ${OPERATOR_KEY}` } });

test('every fault of the configuration is named at once, no value is shown, and the process ends with 2', async () => {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: 'localhost',
      OPERATOR_KEY: 'tooshort',
      SEED_KEY: 'x!',
      PORT: 'many',
    },
  });
  children.add(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
  for (const name of [...['REDIS_URL', 'DATABASE_URL', 'SERVICE_TOKEN', 'OPERATOR_KEY', 'SEED_KEY', 'PORT']])
    expect(said).toContain(`${name}:`);
  expect(said).not.toContain('tooshort');
}, 30_000);

test('Q8: neither a seed nor a key is in the most talkative log, whatever happens meanwhile', async () => {
  const { url, child, said } = await startProcess();
  const redis = new Redis(redisUrl);
  const ids: string[] = [];
  for (let at = 0; at < 3; at++) {
    const { body } = await call(url, 'POST', '/api/v1/drops', anyPlan());
    ids.push(body.id);
    await call(url, 'PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 0.5 });
    await call(url, 'POST', `/api/v1/drops/${body.id}/pause`);
  }
  await send(url, 'GET', '/api/v1/drops', { headers: { authorization: 'Bearer somebody-elses-key' } });
  const seeds = await Promise.all(ids.map((id) => redis.get(`wr:{${id}}:seed`)));
  // A drop whose policy can't be written from the first moment on, which is logged.
  const plan = anyPlan();
  await redis.set(`wr:{${plan.id}}:control`, 'not a hash');
  await call(url, 'POST', '/api/v1/drops', plan);
  const database = new pg.Client({ connectionString: db.url });
  await database.connect();
  const { rows } = await database.query('select sealed from admin.seeds where drop_id = $1', [plan.id]);
  await database.end();
  seeds.push(createSeedVault(SEED_KEY).open(plan.id, rows[0].sealed));
  // Makes writing the policy fail, so that the failure is logged.
  for (const id of ids) {
    await redis.del(`wr:{${id}}:control`);
    await redis.set(`wr:{${id}}:control`, 'not a hash');
  }
  await waitUntil(
    () =>
      [...ids, plan.id].every((id) => said.some((line) => line.includes('WRONGTYPE') && line.includes(id))),
    {
      timeoutMs: 30_000,
    },
  );
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  const log = said.join('\n');
  expect(log.length).toBeGreaterThan(500);
  for (const secret of [...seeds, OPERATOR_KEY, SEED_KEY, SERVICE_TOKEN, 'somebody-elses-key']) {
    expect(secret).toBeTruthy();
    expect(log).not.toContain(secret);
  }
  await redis.flushdb();
  redis.disconnect();
}, 60_000);

test('promise 7: killed while making drops, each is whole or not there, and the next instance finishes what was begun', async () => {
  const first = await startProcess();
  const plans = Array.from({ length: 12 }, anyPlan);
  const asked = plans.map((plan) => call(first.url, 'POST', '/api/v1/drops', plan));
  await Promise.any(asked);
  first.child.kill('SIGKILL');
  const answered = await Promise.allSettled(asked);

  const second = await startProcess();
  const database = new pg.Client({ connectionString: db.url });
  await database.connect();
  const redis = new Redis(redisUrl);
  for (const [at, { id }] of plans.entries()) {
    const { status, body } = await call(second.url, 'GET', `/api/v1/drops/${id}`);
    if (answered[at]?.status === 'fulfilled') expect(status).toBe(200);
    if (status === 404) {
      const { rows } = await database.query('select 1 from admin.audit where drop_id = $1', [id]);
      expect(rows).toEqual([]);
      continue;
    }
    expect(body.commit).toMatch(/^[0-9a-f]{64}$/);
    await waitUntil(
      async () => {
        const { body: now } = await call(second.url, 'GET', `/api/v1/drops/${id}`);
        return now.room.status === 'done' && now.checkout.status === 'done';
      },
      { timeoutMs: 30_000, everyMs: 200 },
    );
    expect(await redis.exists(`wr:{${id}}:control`, `wr:{${id}}:seed`, `wr:page:${id}`)).toBe(3);
  }
  redis.disconnect();
  await database.end();
  second.child.kill('SIGTERM');
  expect(await new Promise((resolve) => second.child.once('exit', resolve))).toBe(0);
}, 90_000);
