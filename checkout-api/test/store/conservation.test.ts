import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReservationStore, type Holder } from '../../src/store/reservations.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import { createStockStore } from '../../src/store/stock.ts';
import {
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
  imbalances,
} from '../support/checkout-database.ts';

let db: CheckoutDatabase;
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterAll(() => db.close());

const skus = ['cap', 'lace', 'shoe'];
const shopperCount = 6;

/** One act of one shopper; which of the two instances serves it is drawn too. */
const act = fc.record({
  kind: fc.constantFrom(
    'reserve',
    'reserve',
    'reserve',
    'repeat',
    'release',
    'pay',
    'decline',
    'extend',
    'due',
    'expire',
    'restock',
    'withdraw',
    'leave',
  ),
  shopper: fc.nat(shopperCount - 1),
  instance: fc.nat(1),
  pick: fc.nat(1000),
  lines: fc
    .uniqueArray(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 3 }) }), {
      selector: (line) => line.sku,
      minLength: 1,
      maxLength: 3,
    })
    .map((lines) => lines.sort((a, b) => (a.sku < b.sku ? -1 : 1))),
});

type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

/** Once this was answered "sold out": one instance sells what came back, and is asked again through the other. */
const soldElsewhere: Act[][] = (
  [
    ['reserve', 0],
    ['reserve', 1],
    ['release', 0],
    ['reserve', 0],
    ['repeat', 1],
  ] as const
).map(([kind, instance], at) => [
  { kind, instance, shopper: at, pick: at < 3 ? 0 : 1, lines: [{ sku: 'cap', quantity: 3 }] },
]);

test('promise 6: whatever concurrent shoppers do through two instances, stock put in = available + held + sold after every step', async () => {
  const pools = [db.database, db.connect()];
  const instances = pools.map((pool) => ({
    reservations: createReservationStore(pool),
    payments: createPaymentStore(pool),
    stock: createStockStore(pool),
    sessions: createSessionStore(pool),
  }));

  /** Keys with the lines and the answer they had, to check that a key is a function. */
  async function play(steps: Act[][]) {
    const drop = await createDrop(db.database, { cap: 4, lace: 6, shoe: 5 }, { perShopperLimit: 5 });
    const holders = await enterShoppers(db.database, drop, shopperCount);
    const made: { holder: Holder; id: string; key: string; lines: { sku: string; quantity: number }[] }[] =
      [];
    let keys = 0;

    async function perform(one: Act): Promise<void> {
      const instance = instances[one.instance];
      const holder = holders[one.shopper];
      const target = made[one.pick % Math.max(1, made.length)];
      if (instance === undefined || holder === undefined) throw new Error('drawn out of range');
      const { reservations, payments, stock, sessions } = instance;
      if (one.kind === 'reserve') {
        const key = `k${keys++}`;
        const answer = await reservations.reserve(holder, key, one.lines);
        if ('reservation' in answer) made.push({ holder, id: answer.reservation.id, key, lines: one.lines });
      } else if (one.kind === 'expire') {
        await reservations.expire(10);
        await sessions.endIdle(10);
      } else if (one.kind === 'restock' || one.kind === 'withdraw') {
        const [line] = one.lines;
        const delta = (line?.quantity ?? 1) * (one.kind === 'restock' ? 1 : -1);
        const sku = line?.sku ?? '';
        await stock.change({ drop, sku, delta, key: null, reason: one.kind, actor: 'test' });
      } else if (one.kind === 'leave') {
        if (one.pick % 5 === 0) await sessions.leave(holder);
      } else if (target !== undefined) {
        if (one.kind === 'repeat') {
          // Whatever an instance remembers of sold-out goods, who was answered is answered the same.
          const again = await reservations.reserve(target.holder, target.key, target.lines);
          if ('reservation' in again) expect(again.reservation.id).toBe(target.id);
          else expect(again.verdict).toBe('in-flight');
        }
        if (one.kind === 'release') await reservations.release(drop, target.id);
        if (one.kind === 'extend') await reservations.extend(target.holder, target.id);
        if (one.kind === 'due') {
          await db.database.query('update checkout.reservations set expires_at = now() where id = $1', [
            target.id,
          ]);
        }
        if (one.kind === 'pay' || one.kind === 'decline') {
          const begun = await payments.begin(target.holder, target.id, 'test', 'test:ok');
          if (begun === undefined) return;
          if (one.kind === 'pay')
            await payments.settle(target.id, begun.attempt, `charge ${target.id} ${begun.attempt}`);
          else await payments.fail(target.id, begun.attempt, 'declined', 'no');
        }
      }
    }

    for (const step of steps) {
      await Promise.all(step.map(perform));
      expect(await imbalances(db.database, drop)).toEqual([]);
    }
    const { rows } = await db.database.query(
      `select 1 from checkout.orders where drop_id = $1 group by reservation_id having count(*) > 1
       union all select 1 from checkout.shoppers where drop_id = $1 and units > 5
       union all select 1 from checkout.reservations r left join checkout.orders o on o.reservation_id = r.id
                  where r.drop_id = $1 and (r.status = 'paid') <> (o.id is not null)`,
      [drop],
    );
    expect(rows).toEqual([]);
  }

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 10 }), { minLength: 3, maxLength: 8 }),
      play,
    ),
    { numRuns: 16, endOnFailure: true, examples: [[soldElsewhere]] },
  );
}, 60_000);
