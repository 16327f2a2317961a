import { connectPostgres, createLogger } from '@sluice/service-kit';
import {
  createTestRedis,
  isLong,
  type Relay,
  startRelay,
  times,
  waitUntil,
} from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type RunningCheckout, startCheckout } from '../../src/start.ts';
import { expectSoundBooks } from '../support/books.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
} from '../support/checkout-database.ts';
import { type Answer, send, serviceToken, shopperOf, type TestShopper } from '../support/checkout-service.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';
import { startTestRoom, type TestRoom } from '../support/room.ts';

/** In `npm test` Postgres crashes twice in the drop, in `npm run test:long` 20 times. */
const crashes = times(2, 20);
const shoe = [{ sku: 'shoe', quantity: 1 }];

let server: OwnPostgres;
let db: CheckoutDatabase;
let room: TestRoom;
let redis: Relay;
let service: RunningCheckout;
beforeAll(async () => {
  server = await startOwnPostgres();
  db = await createCheckoutDatabase(server.url);
  room = await startTestRoom();
  redis = await startRelay(await createTestRedis());
  service = await startCheckout(createLogger({ name: 'checkout-api', level: 'silent' }), configOf());
}, 60_000);
afterAll(async () => {
  await service.close();
  await redis.close();
  await room.close();
  await db.close();
  await server.close();
});

const configOf = () =>
  readConfig({
    REDIS_URL: redis.url,
    DATABASE_URL: db.url,
    SERVICE_TOKEN: serviceToken,
    ROOM_URLS: room.url,
    ROOM_ISSUER: room.url,
    DATABASE_CONNECTIONS: '4',
  });

async function enter(drop: string): Promise<Answer & { jti: string }> {
  const { token, secret, jti } = await room.admit(drop);
  const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
  return { ...(await send(service.url, 'POST', `/v1/drops/${drop}/session`, { headers })), jti };
}

async function enterAll(drop: string, count: number): Promise<TestShopper[]> {
  const entered = await Promise.all(Array.from({ length: count }, () => enter(drop)));
  return entered.map(({ status, jti, body }) => {
    expect(status).toBe(201);
    return shopperOf(service.url, jti, body.token);
  });
}

async function enterWhenPossible(drop: string): Promise<TestShopper> {
  return waitUntil(
    async () => {
      const { status, jti, body } = await enter(drop);
      return status === 201 ? shopperOf(service.url, jti, body.token) : undefined;
    },
    { timeoutMs: 30_000, what: 'a session' },
  );
}

/** Asks until there is an answer that is not "come again", a few times a second; every refusal says when. */
function insist(ask: () => Promise<Answer>): Promise<Answer> {
  return waitUntil(
    async () => {
      const answer = await ask();
      if (answer.status !== 503 && answer.status !== 429) return answer;
      expect(answer.headers.get('retry-after')).not.toBeNull();
      return undefined;
    },
    { timeoutMs: 90_000, everyMs: 250, what: 'an answer' },
  );
}

test('promise 7: an instance that starts while Postgres is away waits for it', async () => {
  await server.stop();
  const starting = startCheckout(createLogger({ name: 'checkout-api', level: 'silent' }), configOf());
  const refused = connectPostgres({ url: db.url, log: createLogger({ name: 'test', level: 'silent' }) });
  // Some tries of its own are over by the time that one of ours is.
  for (let tries = 0; tries < 5; tries++) await expect(refused.query('select 1')).rejects.toThrow();
  await refused.end();
  await server.start();
  const started = await starting;
  expect((await send(started.url, 'GET', '/readyz')).status).toBe(200);
  await started.close();
});

test(
  `promise 7: Postgres crashes ${crashes} times while a drop sells: nothing acknowledged is lost, nothing is sold twice`,
  async () => {
    const drop = await createDrop(db.database, { shoe: crashes * 1000 }, { perShopperLimit: 10_000 });
    const acknowledged: { shopper: TestShopper; key: string; text: string }[] = [];
    let isOpen = true;
    const crowd = Array.from({ length: 8 }, async () => {
      while (isOpen) {
        const shopper = await enterWhenPossible(drop);
        // Fewer than the requests a session is allowed: then somebody else comes.
        for (let at = 0; isOpen && at < 20; at++) {
          const key = `key-${at}`;
          const reserved = await insist(() => shopper.reserve(key, shoe));
          expect(reserved.status).toBe(201);
          acknowledged.push({ shopper, key, text: reserved.text });
          const path = `/v1/reservations/${reserved.body.id}`;
          // The first stays held, so the session stays open.
          if (at % 3 === 1) await insist(() => shopper.call('DELETE', path));
          if (at % 3 === 2)
            await insist(() => shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' }));
        }
      }
    });
    for (let crash = 0; crash < crashes; crash++) {
      const before = acknowledged.length;
      await waitUntil(() => acknowledged.length > before + 4, {
        timeoutMs: 30_000,
        what: 'sales between crashes',
      });
      await server.crash();
    }
    isOpen = false;
    await Promise.all(crowd);

    for (const { shopper, key, text } of acknowledged)
      expect((await insist(() => shopper.reserve(key, shoe))).text).toBe(text);
    await expectSoundBooks(db.database, drop);
    expect((await balances(db.database, drop)).shoe?.total).toBe(crashes * 1000);
  },
  60_000 + crashes * 15_000,
);

/** A request waits so long for a connection, and its statement for a row; in `npm run test:long` the clock is looked at. */
const refusedMs = 2000 + 2000;
const recoveredMs = 2000;

/** Everybody reserves while an outsider keeps Postgres from it, is refused, and is served as soon as they are let. */
async function expectRefusedThenServed(shoppers: TestShopper[], letGo: () => Promise<void>): Promise<void> {
  const took = { refused: 0, recovered: 0 };
  const timed = async (act: () => Promise<void>) => {
    const from = performance.now();
    await act();
    return Math.round(performance.now() - from);
  };
  took.refused = await timed(async () => {
    for (const { status, headers } of await Promise.all(shoppers.map((one) => one.reserve('k', shoe)))) {
      expect(status).toBe(503);
      expect(headers.get('retry-after')).not.toBeNull();
    }
  });
  expect((await send(service.url, 'GET', '/livez')).status).toBe(200);
  await letGo();
  // Nobody has to come a second time: nothing that was refused stands in the way any more.
  took.recovered = await timed(async () => {
    const served = await Promise.all(shoppers.map((one) => one.reserve('k', shoe)));
    expect(served.map(({ status }) => status)).toEqual(served.map(() => 201));
  });
  console.log(`refused within ${took.refused} ms, served again within ${took.recovered} ms`);
  if (!isLong) return;
  expect(took.refused).toBeLessThanOrEqual(refusedMs);
  expect(took.recovered).toBeLessThanOrEqual(recoveredMs);
}

test('3.15: a hot row that an outsider has locked is 503 within the limit, and sells again as soon as it is let go', async () => {
  const drop = await createDrop(db.database, { shoe: 9 });
  const shoppers = await enterAll(drop, 6);
  const outsider = await db.database.connect();
  await outsider.query('begin');
  await outsider.query('select from checkout.stock where drop_id = $1 for update', [drop]);
  await expectRefusedThenServed(shoppers, async () => {
    await outsider.query('rollback');
    outsider.release();
  });
  await expectSoundBooks(db.database, drop);
});

test('3.15: with every connection of the pool taken requests are 503 within the limit, and are served as soon as one is free', async () => {
  const drops = await Promise.all(Array.from({ length: 5 }, () => createDrop(db.database, { shoe: 9 })));
  const shoppers = (await Promise.all(drops.map((drop) => enterAll(drop, 1)))).flat();
  const outsider = await db.database.connect();
  await outsider.query('begin');
  await outsider.query('select from checkout.stock where drop_id = any ($1) order by drop_id for update', [
    drops,
  ]);
  // Each drop's batch holds a connection while it waits for its row: four of five, so one waits for a connection.
  await expectRefusedThenServed(shoppers, async () => {
    await outsider.query('rollback');
    outsider.release();
  });
  for (const drop of drops) await expectSoundBooks(db.database, drop);
});

test('3.10: Postgres gone takes the books of the sandbox along: payments under way are settled later or come again, and one soon after goes through', async () => {
  const drop = await createDrop(db.database, { shoe: 20 });
  const [last, ...shoppers] = await enterAll(drop, 7);
  if (last === undefined) throw new Error('no shopper');
  const holds = await Promise.all(
    shoppers.map(async (shopper) => ({ shopper, id: (await shopper.reserve('k', shoe)).body.id })),
  );
  const own = (await last.reserve('k', shoe)).body.id;
  const pay = (shopper: TestShopper, id: string, method = 'sandbox:ok') =>
    shopper.call('POST', `/v1/reservations/${id}/payment`, { method });
  // All with the provider, none written down there: somebody else has its books in hand, until Postgres goes.
  const outsider = await db.database.connect();
  outsider.on('error', () => {});
  await outsider.query('begin');
  await outsider.query('lock table sandbox.charges in exclusive mode');
  const asked = holds.map(({ shopper, id }) => pay(shopper, id));
  await waitUntil(async () => {
    const { rowCount } = await db.database.query(
      'select from checkout.payment_attempts a join checkout.reservations r on r.id = a.reservation_id where r.drop_id = $1',
      [drop],
    );
    return rowCount === holds.length;
  });
  await server.stop();
  try {
    // Those that the provider was asked for are under way; those that were not read to have begun are to come again.
    for (const { status } of await Promise.all(asked)) expect([202, 503]).toContain(status);
  } finally {
    outsider.release(true);
    await server.start();
  }
  const refusals = new Set<string>();
  const paid = await insist(async () => {
    const answer = await pay(last, own);
    if (answer.status === 503) refusals.add(answer.body.type.replace(/.*\//, ''));
    return answer;
  });
  expect(paid.status, paid.text).toBe(200);
  // Besides those that came before Postgres answered again.
  refusals.delete('store-unavailable');
  expect([...refusals].filter((type) => type !== 'payment-unavailable')).toEqual([]);
  await expectSoundBooks(db.database, drop);
}, 60_000);

test('Postgres frozen: nobody hangs, new work is shed, and once it thaws everything is served again under the same keys', async () => {
  const drop = await createDrop(db.database, { shoe: 500 }, { perShopperLimit: 500 });
  const shoppers = await enterAll(drop, 5);
  server.freeze();
  const asked = shoppers.map((shopper) => shopper.reserve('frozen', shoe));
  const refused = await Promise.all(asked);
  for (const { status, headers } of refused) {
    expect(status).toBe(503);
    expect(headers.get('retry-after')).not.toBeNull();
  }
  expect((await send(service.url, 'GET', '/livez')).status).toBe(200);
  server.thaw();
  const served = await Promise.all(shoppers.map((shopper) => insist(() => shopper.reserve('frozen', shoe))));
  expect(served.map(({ status }) => status)).toEqual(served.map(() => 201));
  expect(await balances(db.database, drop)).toMatchObject({ shoe: { held: 5 } });
  await expectSoundBooks(db.database, drop);
}, 60_000);
