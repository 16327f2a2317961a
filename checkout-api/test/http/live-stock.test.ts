import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportEveryMs } from '../../src/plugins/jobs.ts';
import { balances, createDrop } from '../support/checkout-database.ts';
import { shopperOf, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
let other: Awaited<ReturnType<TestCheckout['another']>>;
let redis: Redis;
beforeAll(async () => {
  checkout = await startTestCheckout();
  other = await checkout.another();
  redis = new Redis(checkout.redisUrl);
});
afterAll(async () => {
  redis.disconnect();
  await checkout.close();
});

/**
 * Every command that any client sends to the server, by MONITOR on a bare connection: ioredis takes what other tests send
 * at the wrong moment for answers to its own.
 */
function watchCommands(redisUrl: string, see: (client: string, command: string) => void): Socket {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect(Number(port), hostname, () => socket.write('MONITOR\r\n'));
  createInterface({ input: socket }).on('line', (line) => {
    const [, client, command] = /^\+[\d.]+ \[\d+ (\S+)\] (.*)$/.exec(line) ?? [];
    if (client && command) see(client, command);
  });
  return socket;
}

const shoe = [{ sku: 'shoe', quantity: 1 }];

async function picture(
  drop: string,
): Promise<{ version: number; at: string; products: { available: number }[] } | null> {
  const json = await redis.hget(`co:{${drop}}:stock`, 'json');
  return json === null ? null : JSON.parse(json);
}

async function shows(drop: string, available: number) {
  await waitUntil(async () => (await picture(drop))?.products[0]?.available === available, {
    what: `a picture with ${available} available`,
  });
}

test('what sells on either instance shows in the public picture, whose version only rises', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 20 });
  await shows(drop, 20);
  let last = 0;
  for (let at = 1; at <= 8; at++) {
    const shopper = await checkout.enter(drop);
    const { url } = at % 2 ? checkout : other;
    expect((await shopperOf(url, shopper.jti, shopper.credential).reserve('k', shoe)).status).toBe(201);
    await shows(drop, 20 - at);
    const version = (await picture(drop))?.version ?? 0;
    expect(version).toBeGreaterThan(last);
    last = version;
  }
});

test('a change that nobody announced shows within five seconds', async () => {
  // By construction: a picture is written with each report, however long this machine takes for one.
  expect(reportEveryMs).toBeLessThanOrEqual(5000);
  const drop = await createDrop(checkout.db.database, { shoe: 20 });
  await shows(drop, 20);
  const shopper = await checkout.enter(drop);
  await checkout.db.database.query('alter table checkout.stock disable trigger stock_announced');
  try {
    // Nobody is looking at it any more because of what changed before.
    await waitUntil(async () => Date.now() - Date.parse((await picture(drop))?.at ?? '') > 400);
    expect((await shopper.reserve('k', shoe)).status).toBe(201);
    await shows(drop, 19);
  } finally {
    await checkout.db.database.query('alter table checkout.stock enable trigger stock_announced');
  }
});

test('a feed whose connection is cut is made good, and what came back meanwhile can be bought', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const [first, second] = [await checkout.enter(drop), await checkout.enter(drop)];
  const { body } = await first.reserve('k', shoe);
  expect((await second.reserve('k', shoe)).status).toBe(409);
  await checkout.db.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'checkout stock %' and datname = current_database()`,
  );
  const elsewhere = shopperOf(other.url, first.jti, first.credential);
  expect((await elsewhere.call('DELETE', `/v1/reservations/${body.id}`)).status).toBe(204);
  await waitUntil(async () => (await second.reserve('k', shoe)).status === 201, { everyMs: 300 }); // below a session's limit
});

test('the read side is dropped again and again while a drop sells: nothing that sells notices, and it comes back right', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 30 });
  await shows(drop, 30);
  const shoppers = await Promise.all(Array.from({ length: 40 }, () => checkout.enter(drop)));
  const statuses: number[] = [];
  let isSelling = true;
  const dropping = (async () => {
    while (isSelling) await redis.del(`co:{${drop}}:stock`);
  })();
  for (const [at, { jti, credential }] of shoppers.entries()) {
    const { url } = at % 2 ? checkout : other;
    statuses.push((await shopperOf(url, jti, credential).reserve('k', shoe)).status);
  }
  isSelling = false;
  await dropping;
  expect(statuses.filter((status) => status === 201)).toHaveLength(30);
  expect(statuses.filter((status) => status === 409)).toHaveLength(10);
  await shows(drop, 0);
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { held: 30 } });
});

test('a missing picture is rebuilt by one instance for all', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 20 });
  await shows(drop, 20);
  const key = `co:{${drop}}:stock`;
  const writes: string[] = [];
  const monitor = watchCommands(checkout.redisUrl, (client, command) => {
    if (/^"evals?h?a?"/i.test(command) && command.includes(key)) writes.push(client);
  });
  await redis.del(key);
  await shows(drop, 20);
  const reporter = async () => {
    const query = 'select reporter from checkout.capacity_reports where drop_id = $1';
    return (await checkout.db.database.query(query, [drop])).rows[0]?.reporter;
  };
  // Written once a second by the one that reports the drop; two instances would be two connections. One that stood still
  // for three seconds is relieved by the other: then it is looked at anew.
  let by: unknown;
  do {
    by = await reporter();
    writes.length = 0;
    await waitUntil(() => writes.length >= 3);
  } while ((await reporter()) !== by);
  expect(new Set(writes).size).toBe(1);
  monitor.destroy();
});
