import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createTestRedis, times } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  imbalances,
} from '../support/checkout-database.ts';
import { send, shopperOf, type TestShopper } from '../support/checkout-service.ts';
import { startTestRoom, type TestRoom } from '../support/room.ts';
import { killServices, startServiceProcess } from '../support/service-process.ts';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));

/** In `npm test` one instance is killed, in `npm run test:long` ten one after another. */
const kills = times(1, 10);

let db: CheckoutDatabase;
let room: TestRoom;
let redisUrl: string;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  room = await startTestRoom();
  redisUrl = await createTestRedis();
});
afterAll(async () => {
  killServices();
  await room.close();
  await db.close();
});

const startProcess = (environment: Record<string, string> = {}) =>
  startServiceProcess({ databaseUrl: db.url, redisUrl, roomUrl: room.url, environment });

async function enterAll(url: string, drop: string, count: number): Promise<TestShopper[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { token, secret, jti } = await room.admit(drop);
      const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
      const answer = await send(url, 'POST', `/v1/drops/${drop}/session`, { headers });
      return shopperOf(url, jti, answer.body.token);
    }),
  );
}

test(
  `promise 7: an instance killed (${kills} times) in the middle of reservations and payments loses nothing and sells nothing twice`,
  async () => {
    const stock = 40;
    const drop = await createDrop(db.database, { shoe: stock });
    for (let kill = 0; kill < kills; kill++) {
      const doomed = await startProcess();
      const shoppers = await enterAll(doomed.url, drop, 30);
      const attempts = shoppers.map(async (shopper) => {
        const reserved = await shopper.reserve(`key-${kill}`, [{ sku: 'shoe', quantity: 1 }]);
        if (reserved.status === 201) {
          await shopper.call('POST', `/v1/reservations/${reserved.body.id}/payment`, {
            method: 'sandbox:ok',
          });
        }
      });
      const { signal } = await Promise.race([
        Promise.any(attempts).then(() => {
          doomed.child.kill('SIGKILL');
          return { signal: 'SIGKILL' };
        }),
        new Promise<{ signal: string | null }>((resolve) =>
          doomed.child.once('exit', (_code, signal) => resolve({ signal })),
        ),
      ]);
      expect(signal).toBe('SIGKILL');
      await Promise.allSettled(attempts);
      expect(await imbalances(db.database, drop)).toEqual([]);

      // Every client asks again with the same key: who was promised a unit still has it, nobody has two.
      const survivor = await startProcess();
      const again = await Promise.all(
        shoppers.map(({ jti, credential }) =>
          shopperOf(survivor.url, jti, credential).reserve(`key-${kill}`, [{ sku: 'shoe', quantity: 1 }]),
        ),
      );
      for (const { status } of again) expect([201, 409]).toContain(status);
      expect(await imbalances(db.database, drop)).toEqual([]);
      survivor.child.kill('SIGTERM');
      const [code] = await new Promise<[number | null]>((resolve) =>
        survivor.child.once('exit', (code) => resolve([code])),
      );
      expect(code).toBe(0);
    }

    // What was captured by a dead instance and not yet recorded becomes its order.
    await db.database.query(
      `update checkout.payment_attempts set started_at = now() - interval '1 minute' where status = 'pending'`,
    );
    await startProcess();
    await expect
      .poll(
        async () => {
          const { rows } = await db.database.query(
            'select 1 from checkout.reservations where paying_since is not null',
          );
          return rows.length;
        },
        { timeout: 60_000 },
      )
      .toBe(0);
    const { rows } = await db.database.query(
      `select c.reference, count(*) filter (where c.status = 'captured')::integer as captured, count(distinct o.id)::integer as orders
       from sandbox.charges c left join checkout.orders o on o.reservation_id::text = c.reference
      group by c.reference having count(*) filter (where c.status = 'captured') <> count(distinct o.id)`,
    );
    expect(rows).toEqual([]);
    expect(await imbalances(db.database, drop)).toEqual([]);
  },
  90_000 + kills * 30_000,
);

test('Redis gone: shoppers are still let in, reserve and pay', async () => {
  const drop = await createDrop(db.database, { shoe: 3 });
  const { url } = await startProcess({ REDIS_URL: 'redis://127.0.0.1:1' });
  const [shopper] = await enterAll(url, drop, 1);
  const reserved = await shopper?.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  expect(reserved?.status).toBe(201);
  const paid = await shopper?.call('POST', `/v1/reservations/${reserved?.body.id}/payment`, {
    method: 'sandbox:ok',
  });
  expect(paid?.status).toBe(200);
  expect((await send(url, 'GET', '/readyz')).status).toBe(200);
});

test('every fault of the configuration is named at once, and the process ends with 2', async () => {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, REDIS_URL: 'localhost', SERVICE_TOKEN: 'short', PORT: 'many' },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(2);
  for (const name of ['REDIS_URL', 'DATABASE_URL', 'SERVICE_TOKEN', 'ROOM_URLS', 'ROOM_ISSUER', 'PORT']) {
    expect(said).toContain(name);
  }
  expect(said).not.toContain('short');
});
