import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReportStore } from '../../src/store/reports.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import { type Admission, createSessionStore } from '../../src/store/sessions.ts';
import {
  anyTicket,
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
} from '../support/checkout-database.ts';

let db: CheckoutDatabase;
beforeAll(async () => {
  db = await createCheckoutDatabase();
});
afterAll(() => db.close());

function admissionTo(drop: string, changes: Partial<Admission> = {}): Admission {
  const expiresAt = new Date(Date.now() + 60_000);
  return { jti: anyTicket(), drop, customer: null, secret: anyTicket(), expiresAt, ...changes };
}

test('promise 3: a replayed token opens no second session; the same secret finds the first again', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const admission = admissionTo(drop);
  const stores = [createSessionStore(db.database), createSessionStore(db.connect())];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => stores[at % 2]?.open(admission)));
  expect(answers.filter((answer) => answer?.verdict === 'opened')).toHaveLength(1);
  expect(answers.filter((answer) => answer?.verdict === 'reopened')).toHaveLength(19);
  expect(new Set(answers.map((answer) => answer && 'credential' in answer && answer.credential)).size).toBe(
    1,
  );
  const { rows } = await db.database.query('select 1 from checkout.sessions where drop_id = $1', [drop]);
  expect(rows).toHaveLength(1);
});

test('promise 3: the same ticket with another secret is bound elsewhere', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const store = createSessionStore(db.database);
  const admission = admissionTo(drop);
  await store.open(admission);
  expect(await store.open({ ...admission, secret: anyTicket() })).toEqual({ verdict: 'bound-elsewhere' });
});

test('two secrets racing for one ticket: one session, and it belongs to one of them', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const admission = admissionTo(drop);
  const rival = { ...admission, secret: anyTicket() };
  const store = createSessionStore(db.database);
  const verdicts = (await Promise.all([store.open(admission), store.open(rival)])).map(
    (answer) => answer.verdict,
  );
  expect(verdicts.sort()).toEqual(['bound-elsewhere', 'opened']);
});

test('a credential finds its session on any instance, and nothing else does', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const admission = admissionTo(drop, { customer: 'c-1' });
  const opened = await createSessionStore(db.database).open(admission);
  if (!('session' in opened)) throw new Error(opened.verdict);
  const elsewhere = createSessionStore(db.connect());
  expect(await elsewhere.find(opened.credential)).toEqual(opened.session);
  expect(opened.session).toMatchObject({ drop, customer: 'c-1', shopper: 'customer:c-1' });
  expect(await elsewhere.find(anyTicket())).toBeUndefined();
  expect(await elsewhere.find(admission.secret)).toBeUndefined();
});

test('an ended session is not opened again, and a drop that is not known has none', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const store = createSessionStore(db.database);
  const admission = admissionTo(drop);
  const opened = await store.open(admission);
  if (!('session' in opened)) throw new Error(opened.verdict);
  expect(await store.leave(opened.session)).toBe(true);
  expect(await store.open(admission)).toEqual({ verdict: 'session-ended' });
  expect(await store.open(admissionTo('no-such-drop'))).toEqual({ verdict: 'no-such-drop' });
});

test('a revoked admission opens no session; one that is open ends, gives back what it holds and can not reserve', async () => {
  const drop = await createDrop(db.database, { shoe: 3 });
  const store = createSessionStore(db.database);
  const reservations = createReservationStore(db.database);
  const [open, early, other] = [admissionTo(drop), admissionTo(drop), admissionTo(drop)];
  const opened = await store.open(open);
  const untouched = await store.open(other);
  if (!('session' in opened) || !('session' in untouched)) throw new Error('not opened');
  await reservations.reserve(opened.session, 'k', [{ sku: 'shoe', quantity: 2 }]);
  expect(await store.revoke(drop, [open.jti, early.jti], 'fraud', 'ana')).toBe(1);
  expect(await store.revoke(drop, [open.jti, early.jti], 'fraud', 'ana')).toBe(0);
  expect(await store.open(early)).toEqual({ verdict: 'revoked' });
  expect(await store.open(open)).toEqual({ verdict: 'revoked' });
  expect((await reservations.reserve(opened.session, 'k2', [{ sku: 'shoe', quantity: 1 }])).verdict).toBe(
    'session-ended',
  );
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { available: 3, held: 0 } });
  expect((await reservations.reserve(untouched.session, 'k', [{ sku: 'shoe', quantity: 3 }])).verdict).toBe(
    'reserved',
  );
  const ended = await createReportStore(db.database).takeEnded(drop, 10);
  expect(ended).toEqual([{ jti: open.jti, reason: 'revoked' }]);
});

test('promise 3: opening and revoking at the same instant leaves no open session, whichever was first', async () => {
  const drop = await createDrop(db.database, { shoe: 3 });
  const stores = [createSessionStore(db.database), createSessionStore(db.connect())];
  for (let round = 0; round < 40; round++) {
    const admission = admissionTo(drop);
    await Promise.all([stores[0]?.open(admission), stores[1]?.revoke(drop, [admission.jti], 'fraud', 'ana')]);
    expect((await stores[0]?.open(admission))?.verdict).toBe('revoked');
  }
  const { rows } = await db.database.query(
    'select 1 from checkout.sessions where drop_id = $1 and ended_at is null',
    [drop],
  );
  expect(rows).toEqual([]);
});

test('a payment under way when its admission is revoked is finished, and its order stands', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const store = createSessionStore(db.database);
  const reservations = createReservationStore(db.database);
  const payments = createPaymentStore(db.database);
  const opened = await store.open(admissionTo(drop));
  if (!('session' in opened)) throw new Error('not opened');
  const held = await reservations.reserve(opened.session, 'k', [{ sku: 'shoe', quantity: 1 }]);
  if (!('reservation' in held)) throw new Error(held.verdict);
  await payments.begin(opened.session, held.reservation.id, 'test', 'test:ok');
  await store.revoke(drop, [opened.session.jti], 'fraud', 'ana');
  await payments.settle(held.reservation.id, 1, `charge ${drop}`);
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { sold: 1, held: 0 } });
});

test('neither the secret nor the credential stands in the database', async () => {
  const drop = await createDrop(db.database, { shoe: 1 });
  const admission = admissionTo(drop);
  const opened = await createSessionStore(db.database).open(admission);
  if (!('session' in opened)) throw new Error(opened.verdict);
  const { rows } = await db.database.query(
    'select s::text as row from checkout.sessions s where drop_id = $1',
    [drop],
  );
  const row = String(rows[0]?.row);
  for (const text of [admission.secret, opened.credential]) {
    expect(row).not.toContain(text);
    expect(row).not.toContain(Buffer.from(text).toString('hex'));
    expect(row).not.toContain(Buffer.from(text, 'base64url').toString('hex'));
  }
});
