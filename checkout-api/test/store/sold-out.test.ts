import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReservationStore } from '../../src/store/reservations.ts';
import { believedMs } from '../../src/store/sold-out-memory.ts';
import {
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
} from '../support/checkout-database.ts';
import { countStatements } from '../support/count-statements.ts';

let db: CheckoutDatabase;
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterAll(() => db.close());

const one = (sku: string, quantity = 1) => [{ sku, quantity }];

test('once sold out, 5,000 requests of 200 shoppers cost a handful of statements', async () => {
  const drop = await createDrop(db.database, { shoe: 3 });
  const holders = await enterShoppers(db.database, drop, 203);
  const counted = countStatements(db.database);
  const store = createReservationStore(counted.database);
  for (const holder of holders.slice(0, 4)) await store.reserve(holder, 'k', one('shoe'));
  const late = holders.slice(3);
  await expect
    .poll(async () => {
      counted.reset();
      await store.reserve(late[0] ?? never(), 'probe', one('shoe'));
      return Object.keys(counted.sent()).length;
    })
    .toBe(0);
  counted.reset();
  for (let round = 0; round < 25; round++) {
    const answers = await Promise.all(
      late.map((holder) => store.reserve(holder, `late-${round}`, one('shoe'))),
    );
    expect(new Set(answers.map((answer) => answer.verdict))).toEqual(new Set(['sold-out']));
  }
  const statements = Object.values(counted.sent()).reduce((sum, count) => sum + count, 0);
  expect(statements).toBeLessThanOrEqual(50); // 1 % of 5,000
});

function never(): never {
  throw new Error('no shopper');
}

test('promise 6: who has a reservation gets it again under its key while everybody else is refused from memory', async () => {
  const drop = await createDrop(db.database, { shoe: 2 });
  const [first, second, third] = await enterShoppers(db.database, drop, 3);
  if (!first || !second || !third) throw new Error('no shoppers');
  const [here, there] = [createReservationStore(db.connect()), createReservationStore(db.connect())];
  const mine = await here.reserve(first, 'mine', one('shoe'));
  const elsewhere = await there.reserve(second, 'yours', one('shoe'));
  for (const [at, store] of [here, there].entries()) {
    await expect
      .poll(() => store.reserve(third, `k${at}`, one('shoe')))
      .toMatchObject({ verdict: 'sold-out' });
    expect(await store.reserve(first, 'mine', one('shoe'))).toEqual({ ...mine, verdict: 'replayed' });
    expect(await store.reserve(second, 'yours', one('shoe'))).toEqual({ ...elsewhere, verdict: 'replayed' });
    expect((await store.reserve(second, 'yours', one('shoe', 2))).verdict).toBe('key-reused');
  }
});

test('what came back is for sale at once where it is announced, and within two seconds where it is not', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const [first, second] = await enterShoppers(db.database, drop, 2);
  if (!first || !second) throw new Error('no shoppers');
  const [told, untold, elsewhere] = Array.from({ length: 3 }, () => createReservationStore(db.connect()));
  const taken = await elsewhere?.reserve(first, 'k', one('shoe'));
  if (!taken || !('reservation' in taken)) throw new Error('not reserved');
  for (const store of [told, untold]) {
    await expect.poll(() => store?.reserve(second, 'k', one('shoe'))).toMatchObject({ verdict: 'sold-out' });
  }
  await elsewhere?.release(drop, taken.reservation.id);
  told?.stockCameBack(drop);
  const back = await told?.reserve(second, 'k', one('shoe'));
  expect(back?.verdict).toBe('reserved');
  if (!back || !('reservation' in back)) throw new Error('not reserved');
  await told?.release(drop, back.reservation.id);
  // By construction: what was asked for longer ago is not believed.
  expect(believedMs).toBeLessThanOrEqual(2000);
  await expect.poll(async () => (await untold?.reserve(second, 'k2', one('shoe')))?.verdict).toBe('reserved');
});

test('promise 6: who bought what came back has the same answer from an instance that did not hear of it', async () => {
  const drop = await createDrop(db.database, { hat: 3, shoe: 1 });
  const [first, second, third] = await enterShoppers(db.database, drop, 3);
  if (!first || !second || !third) throw new Error('no shoppers');
  // As if no announcement ever arrived: nobody tells `there` that something came back.
  const [here, there] = [createReservationStore(db.connect()), createReservationStore(db.connect())];
  for (let round = 0; round < 5; round++) {
    const taken = await here.reserve(first, `taken-${round}`, one('shoe'));
    if (!('reservation' in taken)) throw new Error(`not reserved: ${taken.verdict}`);
    // Somebody asks there all the time, so that what it remembers is as fresh as can be.
    const verdicts = new Set<string>();
    let isAsking = true;
    const asking = (async () => {
      for (; isAsking; await nextTurn())
        verdicts.add((await there.reserve(third, 'late', one('shoe', 2))).verdict);
    })();
    try {
      await waitUntil(() => verdicts.has('sold-out'), { what: 'sold out there' });
      await here.release(drop, taken.reservation.id);
      const wish = [...one('hat'), ...one('shoe')];
      const bought = await here.reserve(second, `k-${round}`, wish);
      if (!('reservation' in bought)) throw new Error(`not reserved: ${bought.verdict}`);
      expect(await there.reserve(second, `k-${round}`, wish)).toEqual({ ...bought, verdict: 'replayed' });
      await here.release(drop, bought.reservation.id);
    } finally {
      isAsking = false;
      await asking;
    }
  }
});

test('3.2: a key that another instance gave away for other goods, after these were gone, is soon known to be used', async () => {
  const drop = await createDrop(db.database, { hat: 3, shoe: 1 });
  const [first, second, third] = await enterShoppers(db.database, drop, 3);
  if (!first || !second || !third) throw new Error('no shoppers');
  const counted = countStatements(db.database);
  const [here, there] = [createReservationStore(counted.database), createReservationStore(db.connect())];
  await here.reserve(first, 'mine', one('shoe'));
  await expect.poll(() => here.reserve(third, 'late', one('shoe'))).toMatchObject({ verdict: 'sold-out' });
  expect((await there.reserve(second, 'k', one('hat'))).verdict).toBe('reserved');
  // Somebody asks all the time, so that what is remembered never runs out, and no stock of it moves.
  const readings = () => counted.sent()['list-reserved-keys'] ?? 0;
  const before = readings();
  let isAsking = true;
  const asking = (async () => {
    for (; isAsking; await nextTurn()) await here.reserve(third, 'late', one('shoe'));
  })();
  try {
    await waitUntil(() => readings() > before, { what: 'the keys being read anew' });
    await expect.poll(() => here.reserve(second, 'k', one('shoe'))).toMatchObject({ verdict: 'key-reused' });
  } finally {
    isAsking = false;
    await asking;
  }
});
