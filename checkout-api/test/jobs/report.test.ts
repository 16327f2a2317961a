import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRoomClient } from '../../src/clients/room.ts';
import { reportAll } from '../../src/jobs/report.ts';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReportStore } from '../../src/store/reports.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import {
  anyTicket,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  enterShoppers,
} from '../support/checkout-database.ts';
import { startTestRoom, type TestRoom } from '../support/room.ts';

const serviceToken = 'a-service-token-of-at-least-32-characters';

let db: CheckoutDatabase;
const rooms: TestRoom[] = [];
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});
afterAll(() => db.close());

const nowhere = { own: () => {}, disown: () => {}, refresh: () => Promise.resolve() };
const wellOff = () => ({ latencyMs: 12, errorRate: 0, breaker: 'closed' as const });

async function room() {
  const started = await startTestRoom();
  rooms.push(started);
  return started;
}

function reporting(urls: string[], reporter: string) {
  const errors: { error: unknown; drop: string }[] = [];
  const run = () =>
    reportAll({
      reports: createReportStore(db.database),
      // Here nobody loses patience: a machine that stands still for two seconds would have the room told twice.
      room: createRoomClient({
        urls,
        serviceToken,
        fetch: (url, init) => fetch(url, { ...init, signal: null }),
      }),
      pictures: nowhere,
      vitals: wellOff,
      reporter,
      onError: (error, drop) => errors.push({ error, drop }),
    });
  return { run, errors };
}

test('Q30: the report says what can be sold, who is inside and who of them holds nothing, with a rising number', async () => {
  const drop = await createDrop(db.database, { lace: 4, shoe: 5 });
  const holders = await enterShoppers(db.database, drop, 3);
  const [holder] = holders;
  if (holder === undefined) throw new Error('no shopper');
  await createReservationStore(db.database).reserve(holder, 'k', [{ sku: 'shoe', quantity: 2 }]);
  const { url, calls } = await room();
  const { run } = reporting([url], 'one');
  await run();
  await run();
  const reports = calls.filter(({ path }) => path === `/v1/drops/${drop}/capacity`);
  expect(reports.map(({ body }) => body)).toMatchObject([
    { seq: 1, sellable: 7, held: 2, inside: 3, insideWithoutHold: 2 },
    { seq: 2, opened: [], latencyMs: 12, errorRate: 0, breaker: 'closed', poolWaitMs: expect.any(Number) },
  ]);
  const [first = 0, second = 0] = reports.map(({ body }) => Date.parse(body.at as string));
  expect(second).toBeGreaterThan(first);
  expect(new Set(reports[0]?.body.opened as string[])).toEqual(new Set(holders.map(({ jti }) => jti)));
  expect(reports[0]?.authorization).toBe(`Bearer ${serviceToken}`);
});

test('an ended session is told until the room has acknowledged it, and not once more', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  if (holder === undefined) throw new Error('no shopper');
  await createSessionStore(db.database).leave(holder);
  const listening = await room();
  listening.status = 500;
  const { run, errors } = reporting([listening.url], 'one');
  const ended = () => listening.calls.filter(({ path }) => path === `/v1/drops/${drop}/sessions/ended`);
  await run();
  expect(errors.map((error) => error.drop)).toContain(drop);
  listening.status = 204;
  await run();
  await run();
  const told = { sessions: [{ jti: holder.jti, reason: 'released' }] };
  expect(ended().map(({ body }) => body)).toEqual([told, told]);
});

test('Q30: the capacity that is told is from after the ends that were told before it', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [leaving, buying] = await enterShoppers(db.database, drop, 2);
  if (!leaving || !buying) throw new Error('no shoppers');
  await createSessionStore(db.database).leave(leaving);
  const listening = await room();
  listening.onCall = async ({ path }) => {
    if (path === `/v1/drops/${drop}/sessions/ended`)
      await createReservationStore(db.database).reserve(buying, 'k', [{ sku: 'shoe', quantity: 2 }]);
  };
  await reporting([listening.url], 'one').run();
  const capacity = listening.calls.find(({ path }) => path === `/v1/drops/${drop}/capacity`);
  expect(capacity?.body).toMatchObject({ sellable: 3, held: 2, inside: 1, insideWithoutHold: 0 });
});

test('Q30: a session that was taken back while its payment is under way holds for nobody who is inside', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [revoked, other] = await enterShoppers(db.database, drop, 2);
  if (!revoked || !other) throw new Error('no shoppers');
  const reserved = await createReservationStore(db.database).reserve(revoked, 'k', [
    { sku: 'shoe', quantity: 1 },
  ]);
  if (!('reservation' in reserved)) throw new Error('not reserved');
  await createPaymentStore(db.database).begin(revoked, reserved.reservation.id, 'sandbox', 'sandbox:slow');
  await createSessionStore(db.database).revoke(drop, [revoked.jti], 'fraud', 'test');
  const { url, calls } = await room();
  await reporting([url], 'one').run();
  const capacity = calls.find(({ path }) => path === `/v1/drops/${drop}/capacity`);
  expect(capacity?.body).toMatchObject({ sellable: 4, held: 1, inside: 1, insideWithoutHold: 1 });
});

test('3.5: the room is told who was revoked, session or not, and again while their token may live', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [inside] = await enterShoppers(db.database, drop, 1);
  if (!inside) throw new Error('no shopper');
  const outside = anyTicket();
  await createSessionStore(db.database).revoke(drop, [inside.jti, outside], 'fraud', 'test');
  const { url, calls } = await room();
  const { run } = reporting([url], 'one');
  const told = () => {
    const ended = calls.splice(0).filter(({ path }) => path === `/v1/drops/${drop}/sessions/ended`);
    return ended.flatMap(({ body }) => body.sessions as { jti: string; reason: string }[]);
  };
  const both = [inside.jti, outside].map((jti) => ({ jti, reason: 'revoked' }));
  await run();
  expect(told()).toEqual(expect.arrayContaining(both));
  const age = (column: string, seconds: number) =>
    db.database.query(
      `update checkout.revocations set ${column} = now() - make_interval(secs => $2) where drop_id = $1`,
      [drop, seconds],
    );
  await age('told_at', -3600);
  await run();
  expect(told()).toEqual([]);
  await age('told_at', 6);
  await run();
  expect(new Set(told())).toEqual(new Set(both));
  await age('told_at', 6);
  await age('at', 3606);
  await run();
  expect(told()).toEqual([]);
});

test('2.10: whoever has opened a session is told to the room once, 500 in a report and all in one round', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const holders = await enterShoppers(db.database, drop, 1101);
  const { url, calls } = await room();
  const { run } = reporting([url], 'one');
  await run();
  await run();
  const reports = calls.filter(({ path }) => path === `/v1/drops/${drop}/capacity`).map(({ body }) => body);
  expect(reports.map(({ seq, inside }) => [seq, inside])).toEqual([1, 2, 3, 4].map((seq) => [seq, 1101]));
  const told = reports.map(({ opened }) => opened as string[]);
  expect(told.map(({ length }) => length)).toEqual([500, 500, 101, 0]);
  expect(new Set(told.flat())).toEqual(new Set(holders.map(({ jti }) => jti)));
});

test('a session whose opening no room has acknowledged is told again', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  const listening = await room();
  const { run } = reporting([listening.url], 'one');
  listening.status = 500;
  await run();
  listening.status = 204;
  await run();
  await run();
  const told = calls(listening, drop).map(({ opened }) => opened);
  expect(told).toEqual([[holder?.jti], [holder?.jti], []]);
});

function calls(listening: TestRoom, drop: string) {
  return listening.calls.filter(({ path }) => path === `/v1/drops/${drop}/capacity`).map(({ body }) => body);
}

test('Q30: with much held and much more left nobody counts who holds; the report says the most it can be', async () => {
  const [drop, scarce] = [
    await createDrop(db.database, { shoe: 50_000 }, { perShopperLimit: 30_000 }),
    await createDrop(db.database, { shoe: 20_003 }, { perShopperLimit: 30_000 }),
  ];
  const { url, calls } = await room();
  for (const of of [drop, scarce]) {
    const [holder] = await enterShoppers(db.database, of, 2);
    if (holder === undefined) throw new Error('no shopper');
    const store = createReservationStore(db.database);
    for (let at = 0; at < 3; at++) await store.reserve(holder, `k${at}`, [{ sku: 'shoe', quantity: 6_667 }]);
  }
  await reporting([url], 'one').run();
  const told = (of: string) => calls.find(({ path }) => path === `/v1/drops/${of}/capacity`)?.body;
  expect(told(drop)).toMatchObject({ sellable: 29_999, held: 20_001, inside: 2, insideWithoutHold: 2 });
  expect(told(scarce)).toMatchObject({ sellable: 2, held: 20_001, inside: 2, insideWithoutHold: 1 });
});

test('one instance reports a drop; when it falls silent another takes over with a higher number', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const { url, calls } = await room();
  const seqs = () =>
    calls.filter(({ path }) => path === `/v1/drops/${drop}/capacity`).map(({ body }) => body.seq);
  const [one, two] = [reporting([url], 'one'), reporting([url], 'two')];
  await one.run();
  await db.database.query(`update checkout.capacity_reports set taken_at = now() + interval '1 hour'`);
  await two.run();
  expect(seqs()).toEqual([1]);
  await db.database.query(`update checkout.capacity_reports set taken_at = now() - interval '4 seconds'`);
  await two.run();
  await one.run();
  expect(seqs()).toEqual([1, 2]);
});

test('a room that does not answer is passed over, and a drop the room forgot does not hold the others up', async () => {
  const drop = await createDrop(db.database, { shoe: 5 });
  const [holder] = await enterShoppers(db.database, drop, 1);
  if (holder === undefined) throw new Error('no shopper');
  await createSessionStore(db.database).leave(holder);
  const [dead, forgetful] = [await room(), await room()];
  await dead.close();
  forgetful.status = 404;
  const { run, errors } = reporting([dead.url, forgetful.url], 'one');
  await run();
  expect(errors).toEqual([]);
  const { rows } = await db.database.query(
    'select end_reported_at is not null as told from checkout.sessions where drop_id = $1',
    [drop],
  );
  expect(rows).toEqual([{ told: true }]);
});
