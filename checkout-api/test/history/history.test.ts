import { times } from '@sluice/service-kit/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconcile } from '../../src/store/reconcile.ts';
import { createStockStore } from '../../src/store/stock.ts';
import { createDrop, imbalances } from '../support/checkout-database.ts';
import {
  type Answer,
  shopperOf,
  startTestCheckout,
  type TestCheckout,
  type TestShopper,
} from '../support/checkout-service.ts';
import { type Act, checkHistory } from './check-history.ts';

/** In `npm test` 4 histories, in `npm run test:long` 100; of 12 clients with 8 acts each, through two instances. */
const histories = times(4, 100);
const clients = 12;
const limit = 4;
const stock = { cap: 6, lace: 9, shoe: 7 };

let checkout: TestCheckout;
let urls: string[];
beforeAll(async () => {
  checkout = await startTestCheckout();
  urls = [checkout.url, (await checkout.another()).url];
});
afterAll(() => checkout.close());

const line = fc.record({
  sku: fc.constantFrom(...Object.keys(stock)),
  quantity: fc.integer({ min: 1, max: 2 }),
});
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      key: fc.constantFrom('a', 'b', 'c'),
      lines: fc.uniqueArray(line, { selector: ({ sku }) => sku, minLength: 1, maxLength: 2 }),
      instance: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('release' as const, 'pay' as const),
      pick: fc.nat(),
      instance: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      sku: fc.constantFrom(...Object.keys(stock)),
      delta: fc.constantFrom(-2, 3),
    }),
  },
);
type Planned = typeof act extends fc.Arbitrary<infer One> ? One : never;

const VERDICTS: Record<string, Extract<Act, { kind: 'reserve' }>['answer']> = {
  'session-ended': 'session-ended',
  'sold-out': 'sold-out',
  'limit-exceeded': 'limit-exceeded',
  'idempotency-key-reused': 'key-reused',
  'idempotency-key-in-flight': 'in-flight',
};

/** Plays the plans of all clients at once and writes down what each saw. */
async function record(plans: readonly (readonly Planned[])[], parts: number) {
  const drop = await createDrop(checkout.db.database, stock, { parts, perShopperLimit: limit });
  const history: Act[] = [];
  const movements = createStockStore(checkout.db.database);
  // Every second client is a customer with two sessions: the limit binds both together.
  const shoppers = await Promise.all(
    plans.map((_, at) => checkout.enter(drop, at % 2 ? { customer: `customer-${at >> 2}` } : {})),
  );

  async function timed<Outcome>(
    ask: () => Promise<Outcome>,
    note: (outcome: Outcome, span: { from: number; to: number }) => Act,
  ) {
    const from = performance.now();
    const outcome = await ask();
    history.push(note(outcome, { from, to: performance.now() }));
  }

  async function perform(planned: Planned, who: number, mine: string[]): Promise<void> {
    const { jti, credential } = shoppers[who] as TestShopper;
    if (planned.kind === 'move') {
      const change = { drop, sku: planned.sku, delta: planned.delta, key: null, reason: 'r', actor: 'a' };
      await timed(
        () => movements.change(change),
        ({ verdict }, span) => ({
          ...span,
          kind: 'move',
          sku: planned.sku,
          delta: planned.delta,
          answer: verdict === 'moved' ? 'done' : 'refused',
        }),
      );
      return;
    }
    const shopper = shopperOf(urls[planned.instance] as string, jti, credential);
    if (planned.kind === 'reserve') {
      const { key, lines } = planned;
      const owner = who % 2 ? `customer-${who >> 2}` : jti;
      await timed(
        () => shopper.reserve(key, lines),
        (answer, span) => {
          const base = { ...span, kind: 'reserve' as const, session: jti, shopper: owner, key, lines };
          if (answer.status !== 201) return { ...base, answer: VERDICTS[typeOf(answer)] ?? 'failed' };
          mine.push(answer.body.id);
          return { ...base, answer: 'reserved', reservation: answer.body.id, bytes: answer.text };
        },
      );
      return;
    }
    const reservation = mine[planned.pick % Math.max(1, mine.length)];
    if (reservation === undefined) return;
    const path = `/v1/reservations/${reservation}`;
    await timed(
      () =>
        planned.kind === 'pay'
          ? shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' })
          : shopper.call('DELETE', path),
      ({ status }, span) => ({
        ...span,
        kind: planned.kind,
        reservation,
        answer: status < 300 && status !== 202 ? 'done' : 'refused',
      }),
    );
  }

  await Promise.all(
    plans.map(async (plan, who) => {
      const mine: string[] = [];
      for (const planned of plan) await perform(planned, who, mine);
    }),
  );
  return { drop, history };
}

const typeOf = ({ body }: Answer) =>
  String(body?.type ?? '')
    .split('/')
    .at(-1) ?? '';

for (const parts of [1, 4]) {
  test(
    `promise 6: what concurrent clients saw (${histories} histories, ${parts} rows a SKU) can all be true of one shelf`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(act, { minLength: 4, maxLength: 8 }), { minLength: clients, maxLength: clients }),
          async (plans) => {
            const { drop, history } = await record(plans, parts);
            expect(checkHistory(history, { stock, limit, soldOutMs: 2000 })).toEqual([]);
            expect(history.filter((one) => one.answer === 'failed' && one.kind !== 'reserve')).toEqual([]);
            expect(await imbalances(checkout.db.database, drop)).toEqual([]);
            expect((await reconcile(checkout.db.database, drop)).differences).toEqual([]);
            // What the clients saw and what stands in the books is the same.
            const seen = new Set(
              history.flatMap((one) => (one.kind === 'reserve' && one.reservation ? [one.reservation] : [])),
            );
            const { rows } = await checkout.db.database.query<{ id: string }>(
              'select id from checkout.reservations where drop_id = $1',
              [drop],
            );
            expect(new Set(rows.map(({ id }) => id))).toEqual(seen);
          },
        ),
        { numRuns: histories, endOnFailure: true },
      );
    },
    30_000 + histories * 5000,
  );
}
