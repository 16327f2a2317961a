import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReservationStore } from '../../src/store/reservations.ts';
import { type ReserveRequest, reserveBatch } from '../../src/store/reserve-batch.ts';
import { believedMs } from '../../src/store/sold-out-memory.ts';
import { uuidv7 } from '../../src/store/uuid.ts';
import {
  balances,
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

const one = (sku: string, quantity = 1) => [{ sku, quantity }];

test('promise 6: a batch allocates in arrival order and never more than there is', async () => {
  const drop = await createDrop(db.database, { shoe: 3 });
  const shoppers = await enterShoppers(db.database, drop, 5);
  const requests = shoppers.map(
    ({ jti, shopper }): ReserveRequest => ({ id: uuidv7(), jti, shopper, key: 'k', lines: one('shoe') }),
  );
  const { answers, available } = await reserveBatch(db.database, drop, requests);
  expect(answers.map((answer) => answer.verdict)).toEqual([
    'reserved',
    'reserved',
    'reserved',
    'sold-out',
    'sold-out',
  ]);
  expect(available.get('shoe')).toBe(0);
  expect(await imbalances(db.database, drop)).toEqual([]);
});

test('promise 6: a request gets all its lines or none, and those behind it get what it left', async () => {
  const drop = await createDrop(db.database, { lace: 10, shoe: 1 });
  const [first, second, third] = await enterShoppers(db.database, drop, 3);
  const ask = (holder: typeof first, lines: ReserveRequest['lines']): ReserveRequest => ({
    id: uuidv7(),
    jti: holder?.jti ?? '',
    shopper: holder?.shopper ?? '',
    key: 'k',
    lines,
  });
  const { answers } = await reserveBatch(db.database, drop, [
    ask(first, [...one('lace', 2), ...one('shoe', 2)]),
    ask(second, [...one('lace', 2), ...one('shoe', 1)]),
    ask(third, one('lace', 4)),
  ]);
  expect(answers.map((answer) => answer.verdict)).toEqual(['sold-out', 'reserved', 'reserved']);
  expect(await balances(db.database, drop)).toMatchObject({
    lace: { available: 4, held: 6 },
    shoe: { available: 0, held: 1 },
  });
});

test('a shopper gets no more than the limit, over requests of one batch and of several', async () => {
  const drop = await createDrop(db.database, { shoe: 100 }, { perShopperLimit: 3 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  const store = createReservationStore(db.database);
  if (holder === undefined) throw new Error('no shopper');
  const together = await Promise.all(
    ['a', 'b', 'c'].map((key) => store.reserve(holder, key, one('shoe', 2))),
  );
  expect(together.map((answer) => answer.verdict)).toEqual(['reserved', 'limit-exceeded', 'limit-exceeded']);
  expect((await store.reserve(holder, 'd', one('shoe', 2))).verdict).toBe('limit-exceeded');
  expect((await store.reserve(holder, 'd', one('shoe', 1))).verdict).toBe('reserved');
});

test('the limit binds the customer, however many tickets they entered with', async () => {
  const drop = await createDrop(db.database, { shoe: 100 }, { perShopperLimit: 2 });
  const tickets = await enterShoppers(db.database, drop, 4, { customer: 'c-1' });
  const stores = [createReservationStore(db.database), createReservationStore(db.connect())];
  const answers = await Promise.all(
    tickets.map((holder, at) => stores[at % 2]?.reserve(holder, 'k', one('shoe'))),
  );
  expect(answers.filter((answer) => answer?.verdict === 'reserved')).toHaveLength(2);
  expect(answers.filter((answer) => answer?.verdict === 'limit-exceeded')).toHaveLength(2);
});

test('promise 6: the same key is the same reservation, with other lines it is refused', async () => {
  const drop = await createDrop(db.database, { lace: 9, shoe: 9 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  if (holder === undefined) throw new Error('no shopper');
  const store = createReservationStore(db.database);
  const first = await store.reserve(holder, 'k', [...one('lace'), ...one('shoe')]);
  const again = await createReservationStore(db.connect()).reserve(holder, 'k', [
    ...one('lace'),
    ...one('shoe'),
  ]);
  expect(first.verdict).toBe('reserved');
  expect(again).toEqual({ ...first, verdict: 'replayed' });
  expect((await store.reserve(holder, 'k', one('shoe'))).verdict).toBe('key-reused');
  expect((await store.reserve(holder, 'k', [...one('lace'), ...one('shoe', 2)])).verdict).toBe('key-reused');
  expect(await balances(db.database, drop)).toMatchObject({ lace: { held: 1 }, shoe: { held: 1 } });
});

test('a repeated key answers as it first did after the hold is gone, the session over and the shelf empty', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const [holder, other] = await enterShoppers(db.database, drop, 2);
  if (holder === undefined || other === undefined) throw new Error('no shopper');
  const store = createReservationStore(db.database);
  const first = await store.reserve(holder, 'k', one('shoe'));
  expect((await store.reserve(other, 'k', one('shoe'))).verdict).toBe('sold-out');
  expect(await store.reserve(holder, 'k', one('shoe'))).toEqual({ ...first, verdict: 'replayed' });
  if (!('reservation' in first)) throw new Error('not reserved');
  await store.extend(holder, first.reservation.id);
  await store.release(drop, first.reservation.id);
  await db.database.query(
    `update checkout.sessions set ended_at = now(), end_reason = 'expired' where jti = $1`,
    [holder.jti],
  );
  expect(await store.reserve(holder, 'k', one('shoe'))).toEqual({ ...first, verdict: 'replayed' });
});

test('two requests with one key at the same instant are one reservation, through two instances too', async () => {
  const drop = await createDrop(db.database, { shoe: 50 });
  const shoppers = await enterShoppers(db.database, drop, 20);
  const stores = [createReservationStore(db.database), createReservationStore(db.connect())];
  const answers = await Promise.all(
    shoppers.flatMap((holder) => [0, 1, 0].map((at) => stores[at]?.reserve(holder, 'k', one('shoe')))),
  );
  expect(answers.filter((answer) => answer?.verdict === 'reserved')).toHaveLength(20);
  expect(answers.filter((answer) => answer?.verdict === 'replayed')).toHaveLength(20);
  expect(answers.filter((answer) => answer?.verdict === 'in-flight')).toHaveLength(20);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 20, available: 30 } });
});

test('a refusal is not remembered: the same key succeeds once there is stock', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const [holder, other] = await enterShoppers(db.database, drop, 2);
  if (holder === undefined || other === undefined) throw new Error('no shopper');
  const store = createReservationStore(db.database);
  const taken = await store.reserve(other, 'k', one('shoe'));
  expect((await store.reserve(holder, 'k', one('shoe'))).verdict).toBe('sold-out');
  if (!('reservation' in taken)) throw new Error('not reserved');
  expect(await store.release(drop, taken.reservation.id)).toBe(true);
  expect((await store.reserve(holder, 'k', one('shoe'))).verdict).toBe('reserved');
});

test('another instance sells what came back at most two seconds after it did', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const [holder, other] = await enterShoppers(db.database, drop, 2);
  if (holder === undefined || other === undefined) throw new Error('no shopper');
  const here = createReservationStore(db.database);
  const there = createReservationStore(db.connect());
  const taken = await here.reserve(other, 'k', one('shoe'));
  expect((await there.reserve(holder, 'k', one('shoe'))).verdict).toBe('sold-out');
  if (!('reservation' in taken)) throw new Error('not reserved');
  await here.release(drop, taken.reservation.id);
  // By construction: what was asked for longer ago is not believed.
  expect(believedMs).toBeLessThanOrEqual(2000);
  await expect.poll(async () => (await there.reserve(holder, 'k', one('shoe'))).verdict).toBe('reserved');
});

test('nobody reserves without a live session, after the admission ran out, or what is not sold here', async () => {
  const drop = await createDrop(db.database, { shoe: 9 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  const [late] = await enterShoppers(db.database, drop, 1, { tokenSeconds: -1 });
  const [ended] = await enterShoppers(db.database, drop, 1);
  if (holder === undefined || late === undefined || ended === undefined) throw new Error('no shopper');
  await db.database.query(
    `update checkout.sessions set ended_at = now(), end_reason = 'released' where jti = $1`,
    [ended.jti],
  );
  const store = createReservationStore(db.database);
  expect((await store.reserve({ ...holder, jti: 'nobody' }, 'k', one('shoe'))).verdict).toBe('no-session');
  expect((await store.reserve(late, 'k', one('shoe'))).verdict).toBe('admission-expired');
  expect((await store.reserve(ended, 'k', one('shoe'))).verdict).toBe('session-ended');
  expect((await store.reserve(holder, 'k', [...one('hat'), ...one('shoe')])).verdict).toBe('unknown-sku');
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 9, held: 0 } });
});

test('a hold is extended a limited number of times, by its holder, while it lives', async () => {
  const drop = await createDrop(db.database, { shoe: 9 });
  const [holder, other] = await enterShoppers(db.database, drop, 2);
  if (holder === undefined || other === undefined) throw new Error('no shopper');
  const store = createReservationStore(db.database);
  const answer = await store.reserve(holder, 'k', one('shoe'));
  if (!('reservation' in answer)) throw new Error('not reserved');
  const { id } = answer.reservation;
  expect(await store.extend(other, id)).toBeUndefined();
  expect((await store.extend(holder, id))?.getTime()).toBeGreaterThan(answer.reservation.expiresAt.getTime());
  expect(await store.extend(holder, id)).toBeInstanceOf(Date);
  expect(await store.extend(holder, id)).toBeUndefined();
});
