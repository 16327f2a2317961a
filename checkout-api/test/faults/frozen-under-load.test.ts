import { connectPostgres, createLogger } from '@sluice/service-kit';
import { isLong, times, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReservationStore } from '../../src/store/reservations.ts';
import { expectSoundBooks } from '../support/books.ts';
import {
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
} from '../support/checkout-database.ts';
import { countStatements } from '../support/count-statements.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';

/** In `npm test` frozen for 2 s at 200 requests a second, in `npm run test:long` for 10 s at 80 % of what it can do. */
const frozenMs = times(2000, 10_000);
const recoveryMs = 30_000;

let server: OwnPostgres;
let db: CheckoutDatabase;
beforeAll(async () => {
  server = await startOwnPostgres();
  db = await createCheckoutDatabase(server.url);
}, 60_000);
afterAll(async () => {
  await db.close();
  await server.close();
});

test('promise 9: Postgres frozen under load: no retry storm, and as much is served again as before', async () => {
  const drop = await createDrop(db.database, { shoe: 50_000_000 }, { perShopperLimit: 50_000_000 });
  const holders = await enterShoppers(db.database, drop, 200);
  const pool = connectPostgres({ url: db.url, log: createLogger({ name: 'test', level: 'silent' }), max: 4 });
  const counted = countStatements(pool);
  const store = createReservationStore(counted.database);
  let key = 0;
  const ask = async () => {
    const holder = holders[key % holders.length];
    if (holder === undefined) throw new Error('no shopper');
    return (
      (await store.reserve(holder, `key-${key++}`, [{ sku: 'shoe', quantity: 1 }])).verdict === 'reserved'
    );
  };

  let perSecond = 200;
  if (isLong) {
    let served = 0;
    const until = performance.now() + 3000;
    await Promise.all(
      Array.from({ length: 256 }, async () => {
        while (performance.now() < until) if (await ask()) served++;
      }),
    );
    perSecond = (served / 3) * 0.8;
  }

  // An open crowd: it comes at its rate, whatever becomes of those before.
  let asked = 0;
  let served = 0;
  let pending = 0;
  const startedAt = performance.now();
  const crowd = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; asked < due; asked++) {
      pending++;
      ask()
        .then((isServed) => {
          if (isServed) served++;
        })
        .catch(() => {})
        .finally(() => pending--);
    }
  }, 10);
  const servedPerSecond = async (ms: number) => {
    const [from, at] = [served, performance.now()];
    await waitUntil(() => performance.now() - at >= ms, { timeoutMs: ms + 5000 });
    return ((served - from) / (performance.now() - at)) * 1000;
  };
  const before = await servedPerSecond(2000);
  counted.reset();
  const askedBefore = asked;
  const frozenAt = performance.now();
  server.freeze();
  await waitUntil(() => performance.now() - frozenAt >= frozenMs, { timeoutMs: frozenMs + 5000 });
  server.thaw();
  const after = await waitUntil(
    async () => {
      const now = await servedPerSecond(1000);
      return now >= before * 0.95 ? now : undefined;
    },
    { timeoutMs: recoveryMs, what: '95 % of what was served before' },
  );
  const statements = Object.values(counted.sent()).reduce((sum, count) => sum + count, 0);
  const requests = asked - askedBefore;
  clearInterval(crowd);
  await waitUntil(() => pending === 0, { timeoutMs: 20_000, what: 'every request to be answered' });
  await pool.end();
  console.log(
    `frozen ${frozenMs} ms at ${Math.round(perSecond)}/s: ${Math.round(before)} served a second before, ${Math.round(after)} after; ` +
      `${statements} statements for ${requests} requests`,
  );
  expect(statements / requests).toBeLessThanOrEqual(1.1);
  await expectSoundBooks(db.database, drop);
}, 120_000);
