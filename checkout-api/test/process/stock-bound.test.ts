import { randomBytes } from 'node:crypto';
import { times, waitUntil } from '@sluice/service-kit/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../../scripts/lib/stack.mjs';
import { sha256 } from '../../src/domain/hash.ts';
import { reconcile } from '../../src/store/reconcile.ts';
import { type Answer, send, shopperOf, type TestShopper } from '../support/checkout-service.ts';

/** In `npm test` 200 wait for 10 units, in `npm run test:long` 1,000 for 50. */
const waiting = times(200, 1000);
const stock = times(10, 50);
const shoe = [{ sku: 'shoe', quantity: 1 }];

let stack: Stack;
let database: pg.Pool;
beforeAll(async () => {
  const { REDIS_URL: redisUrl = '', DATABASE_URL: databaseUrl = '' } = process.env;
  stack = await startStack({
    name: `stock-bound-${randomBytes(4).toString('hex')}`,
    redisUrl,
    databaseUrl,
    storefront: false,
  });
  database = new pg.Pool({ connectionString: stack.databaseUrl });
}, 120_000);
afterAll(async () => {
  await database.end();
  await stack.stop();
});

/** One of the crowd, from an address of their own. */
interface Waiting {
  ticket: string;
  secret: string;
  address: string;
  token?: string;
}

function toRoom(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer> {
  return send(stack.rooms[0]?.url ?? '', method, path, { headers, body });
}

function toAdmin(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${stack.operatorKey}` };
  return send(stack.admin?.url ?? '', method, `/api/v1${path}`, { headers, body });
}

/** `count` at a time, as many browsers do. */
async function each<Item>(
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<unknown>,
  count = 20,
) {
  let next = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (let at = next++; at < items.length; at = next++) await work(items[at] as Item, at);
    }),
  );
}

/** Everyone who has no token asks for entry once. */
async function askForEntry(drop: string, crowd: readonly Waiting[]): Promise<void> {
  await each(
    crowd.filter(({ token }) => token === undefined),
    async (one) => {
      const headers = { authorization: `Ticket ${one.ticket}`, 'x-forwarded-for': one.address };
      const bind = sha256(one.secret).toString('base64url');
      const { status, body } = await toRoom('POST', `/v1/drops/${drop}/admission`, headers, { bind });
      if (status === 200) one.token = body.token;
      else expect([202, 409, 429]).toContain(status);
    },
  );
}

async function enter(drop: string, { token = '', secret, address }: Waiting): Promise<TestShopper> {
  const url = stack.checkouts[0]?.url ?? '';
  const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret, 'x-forwarded-for': address };
  const answer = await send(url, 'POST', `/v1/drops/${drop}/session`, { headers });
  expect(answer.status).toBe(201);
  return shopperOf(url, '', answer.body.token);
}

async function stockOf(drop: string): Promise<{ available: number }> {
  const { rows } = await database.query<{ available: number }>(
    'select available from checkout.balances where drop_id = $1',
    [drop],
  );
  return rows[0] ?? { available: -1 };
}

async function phase(drop: string): Promise<string> {
  return (await toRoom('GET', `/v1/drops/${drop}/pulse`, {})).body.phase;
}

test(`Q30: of ${waiting} waiting for ${stock} units no more enter than can still be sold; sold out, and back when a hold lapses or stock comes`, async () => {
  const drop = `bound-${randomBytes(4).toString('hex')}`;
  const opensAt = new Date(Date.now() + times(6000, 15_000));
  const created = await toAdmin('POST', '/drops', {
    id: drop,
    name: 'Few units',
    opensAt: opensAt.toISOString(),
    admission: {
      lobby: 'draw',
      lobbySeconds: 600,
      ratePerMinute: 60_000,
      callWindowSeconds: 600,
      holdSeconds: 600,
    },
    page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/buy' },
    perShopperLimit: 1,
    currency: 'EUR',
    products: [{ sku: 'shoe', name: 'Shoe', priceMinor: 100, stock }],
  });
  expect(created.status, created.text).toBe(201);
  await waitUntil(async () => ['lobby', 'drawing', 'open'].includes(await phase(drop)), {
    what: 'the lobby',
  });

  const crowd: Waiting[] = [];
  await each(Array.from({ length: waiting }), async (_, at) => {
    const address = `10.7.${at >> 8}.${at & 255}`;
    const joined = await toRoom('POST', `/v1/drops/${drop}/tickets`, { 'x-forwarded-for': address }, {});
    expect(joined.status).toBe(201);
    crowd.push({ ticket: joined.body.ticket, secret: randomBytes(32).toString('base64url'), address });
  });
  await waitUntil(async () => (await phase(drop)) === 'open', { timeoutMs: 60_000, what: 'the opening' });

  const inside: TestShopper[] = [];
  const granted = () => crowd.filter(({ token }) => token !== undefined);
  /** Lets in whoever has a token and is not in yet; asks until so many have one. */
  const fill = async (wanted: number) => {
    await waitUntil(
      async () => {
        await askForEntry(drop, crowd);
        return granted().length >= wanted;
      },
      { timeoutMs: 60_000, everyMs: 500, what: `${wanted} with a token` },
    );
  };
  // Who has entered and holds nothing never exceeds what can still be sold: all of them could still buy.
  await fill(stock);
  expect(granted()).toHaveLength(stock);
  const reservations: string[] = [];
  for (const [at, one] of granted().entries()) {
    const shopper = await enter(drop, one);
    inside.push(shopper);
    const reserved = await shopper.reserve('k', shoe);
    expect(reserved.status).toBe(201);
    reservations.push(reserved.body.id);
    if (at % Math.ceil(stock / 4) === 0) {
      await askForEntry(drop, crowd);
      expect(granted()).toHaveLength(stock);
    }
  }
  const pay = (at: number) =>
    inside[at]?.call('POST', `/v1/reservations/${reservations[at]}/payment`, { method: 'sandbox:ok' });
  for (let at = 0; at < stock - 1; at++) expect((await pay(at))?.status).toBe(200);
  // One unit is held: not sold out, and nobody enters.
  const last = reservations.at(-1);
  await askForEntry(drop, crowd);
  expect([granted().length, await phase(drop)]).toEqual([stock, 'open']);

  // The hold lapses. Its shopper could still take the unit again, so nobody else is let in for it …
  await database.query('update checkout.reservations set expires_at = now() where id = $1', [last]);
  await waitUntil(async () => (await stockOf(drop)).available === 1, { what: 'the unit back' });
  await askForEntry(drop, crowd);
  expect(granted()).toHaveLength(stock);
  // … until their admission is over too: then one more may try, and one only.
  const entered = new Set(granted());
  await database.query(
    'update checkout.sessions set reserve_until = now() where drop_id = $1 and ended_at is null',
    [drop],
  );
  await fill(stock + 1);
  await askForEntry(drop, crowd);
  expect(granted()).toHaveLength(stock + 1);
  const next = granted().find((one) => !entered.has(one));
  if (next === undefined) throw new Error('nobody new');
  const newcomer = await enter(drop, next);
  const bought = await newcomer.reserve('k', shoe);
  expect(bought.status).toBe(201);
  expect(
    (await newcomer.call('POST', `/v1/reservations/${bought.body.id}/payment`, { method: 'sandbox:ok' }))
      .status,
  ).toBe(200);

  // Nothing left and nothing held.
  await waitUntil(async () => (await phase(drop)) === 'sold_out', { what: 'sold out' });
  const refused = await toRoom('POST', `/v1/drops/${drop}/tickets`, { 'x-forwarded-for': '10.9.9.9' }, {});
  expect(refused).toMatchObject({ status: 409, body: { type: expect.stringMatching(/sold-out$/) } });

  // Stock comes: open again, for one.
  const headers = { authorization: `Bearer ${stack.serviceToken}` };
  const moved = await send(
    stack.checkouts[0]?.internalUrl ?? '',
    'POST',
    `/internal/v1/drops/${drop}/stock-movements`,
    {
      headers,
      body: { sku: 'shoe', delta: 1, reason: 'returned', actor: 'test' },
    },
  );
  expect(moved.status).toBe(201);
  await waitUntil(async () => (await phase(drop)) === 'open', { what: 'open again' });
  await fill(stock + 2);
  await askForEntry(drop, crowd);
  expect(granted()).toHaveLength(stock + 2);
  expect((await reconcile(database, drop)).differences).toEqual([]);
}, 240_000);
