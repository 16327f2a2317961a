import { setTimeout as pause } from 'node:timers/promises';
import { times, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureExpiryLag } from '../../src/store/reconcile.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import type { Database } from '../../src/store/statements.ts';
import { createDrop, enterShoppers } from '../support/checkout-database.ts';
import { startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

/** Holds that run out over three seconds: in `npm test` 600, in `npm run test:long` 20,000. */
const holds = times(600, 20_000);
const atOnce = 4000;

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
  await checkout.another();
});
afterAll(() => checkout.close());

/** For how long this machine stands still, until the answer is asked for, in seconds: nobody gives anything back meanwhile. */
function watchStalls(database: Database): () => Promise<number> {
  let stalledMs = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const from = performance.now();
      await database.query('select 1');
      await pause(20);
      stalledMs += Math.max(0, performance.now() - from - 100);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return stalledMs / 1000;
  };
}

test('3.4: 99 of 100 holds are given back within 2 s of their end, by the clock of Postgres alone, and a metric tells of each', async () => {
  const { database } = checkout.db;
  const drop = await createDrop(database, { shoe: holds }, { perShopperLimit: holds });
  const holders = await enterShoppers(database, drop, 100);
  const store = createReservationStore(checkout.db.connect());
  const lines = [{ sku: 'shoe', quantity: 1 }];
  // No more at once than may wait.
  for (let from = 0; from < holds; from += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, holds - from) }, (_, at) =>
        store.reserve(holders[at % 100] ?? (holders[0] as never), `k${from + at}`, lines),
      ),
    );
  const stalls = watchStalls(database);
  await database.query(
    `update checkout.reservations set expires_at = clock_timestamp() + random() * interval '3 seconds' where drop_id = $1`,
    [drop],
  );
  const lag = await waitUntil(
    async () => {
      const measured = await measureExpiryLag(database, drop);
      return measured.holds === holds ? measured : undefined;
    },
    { timeoutMs: 60_000, everyMs: 250, what: 'every hold given back' },
  );
  expect(lag.p99Seconds).toBeLessThanOrEqual(2 + (await stalls()));
  expect(lag.p50Seconds).toBeGreaterThanOrEqual(0);
  const scraped = await Promise.all(
    [checkout.internalUrl].map((url) => fetch(new URL('/metrics', url)).then((answer) => answer.text())),
  );
  expect(scraped.join('')).toMatch(/^checkout_hold_expiry_lag_seconds_count\{.*\} [1-9]/m);
}, 90_000);
