import { connectPostgres, createLogger, isStoreFault } from '@sluice/service-kit';
import { type CutAt, type Relay, startRelay, times } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import type { Holder } from '../../src/store/reservations.ts';
import {
  createReservationStore,
  type ReservationStore,
  type ReserveOutcome,
} from '../../src/store/reservations.ts';
import type { Database } from '../../src/store/statements.ts';
import { expectSoundBooks } from '../support/books.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
} from '../support/checkout-database.ts';

/** In `npm test` 30 cuts of each kind of commit, in `npm run test:long` 1,000. */
const cuts = times(30, 1000);
const MOMENTS: readonly CutAt[] = ['before-request', 'after-request', 'before-answer'];

let db: CheckoutDatabase;
let relay: Relay;
let pool: Database;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  relay = await startRelay(db.url);
  pool = connectPostgres({ url: relay.url, log: createLogger({ name: 'test', level: 'silent' }), max: 4 });
});
afterAll(async () => {
  await pool.end();
  await relay.close();
  await db.close();
});

/** As a client does whose request was answered 503: the same again, until there is an answer. */
async function insist<Answer>(ask: () => Promise<Answer>): Promise<{ answer: Answer; failures: number }> {
  for (let failures = 0; ; failures++) {
    try {
      return { answer: await ask(), failures };
    } catch (error) {
      // What a cut connection is for the service: 503 and come again, never a 500.
      if (!isStoreFault(error)) throw error;
      if (failures > 20) throw error;
    }
  }
}

const reserve = (store: ReservationStore, holder: Holder, key: string) =>
  insist(async () => store.reserve(holder, key, [{ sku: 'shoe', quantity: 1 }]));

test(
  `promise 6: a connection cut at the commit of a reservation (${cuts} times) leaves one reservation a key, and the client gets it`,
  async () => {
    const drop = await createDrop(db.database, { shoe: cuts * 4 + 10 }, { perShopperLimit: cuts * 4 + 10 });
    const holders = await enterShoppers(db.database, drop, 3);
    const store = createReservationStore(pool);
    const made: ReserveOutcome[] = [];
    let failures = 0;
    for (let at = 0; at < cuts; at++) {
      // Three shoppers at once: the cut takes a whole batch with it. One of them twice makes it one that is not plain.
      const isPlain = at % 2 === 0;
      // After a batch that repeated keys the next one is looked at closely, too.
      if (isPlain) made.push((await reserve(store, holders[0] as Holder, `before-${at}`)).answer);
      const cut = relay.cutNext(
        isPlain ? 'reserve-plain' : 'reserve-batch',
        MOMENTS[at % 3] ?? 'before-answer',
      );
      const asking = isPlain ? holders : [...holders, holders[0] as Holder];
      const results = await Promise.all(
        asking.map((holder, who) => reserve(store, holder, `key-${at}-${who}`)),
      );
      await cut;
      for (const result of results) {
        made.push(result.answer);
        failures += result.failures;
      }
    }
    expect(failures).toBeGreaterThanOrEqual(cuts);
    expect(made.every((answer) => 'reservation' in answer)).toBe(true);
    const ids = new Set(made.map((answer) => ('reservation' in answer ? answer.reservation.id : '')));
    expect(ids.size).toBe(made.length);
    expect(made).toHaveLength(cuts * 4);
    expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: made.length } });
    await expectSoundBooks(db.database, drop);
  },
  30_000 + cuts * 500,
);

test(
  `promise 6: cut at the commit of a payment (${cuts} times), each reservation is sold once and has one order`,
  async () => {
    const drop = await createDrop(db.database, { shoe: cuts }, { perShopperLimit: cuts });
    const [holder] = await enterShoppers(db.database, drop, 1);
    if (holder === undefined) throw new Error('no shopper');
    const store = createReservationStore(pool);
    const payments = createPaymentStore(pool);
    const held = await Promise.all(
      Array.from({ length: cuts }, (_, at) =>
        store.reserve(holder, `key-${at}`, [{ sku: 'shoe', quantity: 1 }]),
      ),
    );
    for (const [at, answer] of held.entries()) {
      if (!('reservation' in answer)) throw new Error(answer.verdict);
      const { id } = answer.reservation;
      await insist(() => payments.begin(holder, id, 'test', 'test:ok'));
      const cut = relay.cutNext('settle-payments', MOMENTS[at % 3] ?? 'before-answer');
      await insist(() => payments.settle(id, 1, `charge ${drop} ${at}`));
      await cut;
    }
    expect(await balances(db.database, drop)).toMatchObject({ shoe: { sold: cuts, held: 0, available: 0 } });
    await expectSoundBooks(db.database, drop);
    const { rows } = await db.database.query('select 1 from checkout.orders where drop_id = $1', [drop]);
    expect(rows).toHaveLength(cuts);
  },
  30_000 + cuts * 500,
);

test(
  `promise 6: cut at the commit of a release (${cuts} times), what was held is back once`,
  async () => {
    const drop = await createDrop(db.database, { shoe: 2 }, { perShopperLimit: 2 });
    const [holder] = await enterShoppers(db.database, drop, 1);
    if (holder === undefined) throw new Error('no shopper');
    const store = createReservationStore(pool);
    for (let at = 0; at < cuts; at++) {
      const { answer } = await reserve(store, holder, `key-${at}`);
      if (!('reservation' in answer)) throw new Error(answer.verdict);
      const cut = relay.cutNext('release-reservations', MOMENTS[at % 3] ?? 'before-answer');
      await insist(() => store.release(drop, answer.reservation.id));
      await cut;
      expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 0, available: 2 } });
    }
    await expectSoundBooks(db.database, drop);
  },
  30_000 + cuts * 500,
);
