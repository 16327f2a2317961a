import { readFileSync } from 'node:fs';
import { createTestRedis, isLong, times, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxSecret } from '../../src/payments/providers.ts';
import { FAILPOINTS, PATCHES } from '../failpoints/failpoints.ts';
import { expectSoundBooks } from '../support/books.ts';
import {
  balances,
  type CheckoutDatabase,
  createCheckoutDatabase,
  createDrop,
  imbalances,
} from '../support/checkout-database.ts';
import { type Answer, send, serviceToken, shopperOf, type TestShopper } from '../support/checkout-service.ts';
import { startTestRoom, type TestRoom } from '../support/room.ts';
import { killServices, type ServiceProcess, startServiceProcess } from '../support/service-process.ts';

/** In `npm test` one failpoint of each act, once; in `npm run test:long` all of them, twenty times each. */
const rounds = times(1, 20);
const chosen = (points: readonly string[]) =>
  isLong ? points : points.slice(points.length >> 1).slice(0, 1);
const stock = 200;

let db: CheckoutDatabase;
let room: TestRoom;
let redisUrl: string;
let redis: Redis;
let survivor: ServiceProcess;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  room = await startTestRoom();
  redisUrl = await createTestRedis();
  redis = new Redis(redisUrl);
  survivor = await start();
});
afterAll(async () => {
  killServices();
  redis.disconnect();
  await room.close();
  await db.close();
});

function start(failpoint?: { name: string; hit: number }): Promise<ServiceProcess> {
  const instance = failpoint ? 'doomed' : 'survivor';
  return startServiceProcess({
    databaseUrl: db.url,
    redisUrl,
    roomUrl: room.url,
    ...(failpoint && { failpoint }),
    environment: { INSTANCE_ID: instance },
  });
}

test('every failpoint is written into the code exactly once', () => {
  for (const { file, find } of PATCHES) {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(source.split(find).length - 1, `${file}: ${find}`).toBe(1);
  }
});

/** One shopper: what they want, and what they were told; nothing when the instance died first. */
interface Customer {
  shopper: TestShopper;
  quantity: number;
  /** Gives it back instead of paying. */
  givesBack: boolean;
  reserved?: Answer;
  paid?: Answer;
}

async function enter(url: string, drop: string): Promise<TestShopper> {
  const { token, secret, jti } = await room.admit(drop);
  const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
  const open = (at: string) => send(at, 'POST', `/v1/drops/${drop}/session`, { headers });
  // A client whose connection broke asks again; here the other instance answers.
  const answer = await open(url).catch(() => open(survivor.url));
  return shopperOf(url, jti, answer.body.token);
}

async function customer(url: string, drop: string, at: number): Promise<Customer> {
  return { shopper: await enter(url, drop), quantity: 1 + (at % 2), givesBack: at % 3 === 0 };
}

/** Pays in the way that comes by the failpoint: at once, after a refused card, or by a bank that takes its time and tells. */
async function pay(url: string, shopper: TestShopper, id: string, failpoint: string): Promise<Answer> {
  const ask = (method: string) => shopper.call('POST', `/v1/reservations/${id}/payment`, { method });
  if (failpoint.endsWith('fail-payment')) await ask('sandbox:decline');
  if (/(await-payment|resolve|provider-event)$/.test(failpoint)) await ask('sandbox:processing');
  if (failpoint.endsWith('provider-event')) {
    const message = `message about ${id}`;
    const body = JSON.stringify({ id: message, type: 'charge.captured', key: `${id}.1` });
    const headers = {
      'webhook-id': message,
      'webhook-timestamp': `${Math.floor(Date.now() / 1000)}`,
      'webhook-signature': new Webhook(sandboxSecret({ SERVICE_TOKEN: serviceToken })).sign(
        message,
        new Date(),
        body,
      ),
    };
    expect((await send(url, 'POST', '/v1/webhooks/sandbox', { body, headers })).status).toBe(200);
  }
  return ask('sandbox:ok');
}

/** Reserves, then pays or gives it back. Ends where the instance ends. */
async function shop(url: string, one: Customer, failpoint: string): Promise<void> {
  one.reserved = await one.shopper.reserve('key', [{ sku: 'shoe', quantity: one.quantity }]);
  if (one.reserved.status !== 201) return;
  // As an impatient client does, and what a batch that is not plain comes from.
  await one.shopper.reserve('key', [{ sku: 'shoe', quantity: one.quantity }]);
  const { id } = one.reserved.body;
  if (one.givesBack) await one.shopper.call('DELETE', `/v1/reservations/${id}`);
  else one.paid = await pay(url, one.shopper, id, failpoint);
}

/** The same shopper at the surviving instance: the same key, until everything has come to its end. */
async function goOn({ shopper, quantity, givesBack, reserved, paid }: Customer): Promise<void> {
  const alive = shopperOf(survivor.url, shopper.jti, shopper.credential);
  const again = await alive.reserve('key', [{ sku: 'shoe', quantity }]);
  if (reserved?.status === 201) expect([again.status, again.text]).toEqual([201, reserved.text]);
  expect(again.status).toBe(201);
  const path = `/v1/reservations/${again.body.id}`;
  if (givesBack) {
    expect((await alive.call('DELETE', path)).status).toBe(204);
    return;
  }
  const done = await waitUntil(
    async () => {
      const answer = await alive.call('POST', `${path}/payment`, { method: 'sandbox:ok' });
      return answer.status === 200 ? answer : undefined;
    },
    { timeoutMs: 30_000, everyMs: 250, what: 'the payment' },
  );
  if (paid?.status === 200) expect(done.text).toBe(paid.text);
}

for (const [act, points] of Object.entries(FAILPOINTS)) {
  describe(`promise 7: killed while shoppers ${act}`, () => {
    test.each(chosen(points))(
      `%s (${rounds} times): every key has one answer, every order one payment, every unit its place`,
      async (name) => {
        for (let round = 0; round < rounds; round++) {
          const drop = await createDrop(db.database, { shoe: stock });
          // The hits differ from round to round, so that it dies amid others' work too.
          const hit = act === 'publish' ? 1 + (round % 3) : 1 + (round % 4);
          const doomed = await start({ name, hit });
          if (act === 'publish') {
            await db.database.query(
              `insert into checkout.capacity_reports (drop_id, seq, reporter, taken_at) values ($1, 1, 'doomed', now())
               on conflict (drop_id) do update set reporter = 'doomed', taken_at = now()`,
              [drop],
            );
          }
          const customers = await Promise.all(
            Array.from({ length: 6 }, (_, at) => customer(doomed.url, drop, at)),
          );
          await Promise.allSettled(customers.map((one) => shop(doomed.url, one, name)));
          // Whoever is not yet dead has not been asked often enough.
          while (
            doomed.child.exitCode === null &&
            doomed.child.signalCode === null &&
            customers.length < 60
          ) {
            const extra = await customer(doomed.url, drop, customers.length);
            customers.push(extra);
            await shop(doomed.url, extra, name).catch(() => {});
          }
          expect(await doomed.ended).toBe('SIGKILL');
          expect(await imbalances(db.database, drop)).toEqual([]);

          await db.database.query(
            `update checkout.payment_attempts set started_at = started_at - interval '1 minute' where status = 'pending'`,
          );
          await Promise.all(customers.map(goOn));
          await expectSoundBooks(db.database, drop);
          const { shoe } = await balances(db.database, drop);
          await waitUntil(
            async () => {
              const json = await redis.hget(`co:{${drop}}:stock`, 'json');
              return json !== null && JSON.parse(json).products[0].available === shoe?.available;
            },
            { timeoutMs: 30_000, what: 'the public picture' },
          );
        }
      },
      30_000 + rounds * 20_000,
    );
  });
}
