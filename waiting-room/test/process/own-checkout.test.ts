/** The guide "bring your own checkout", gone through: a real room, and the Express shop of examples/own-checkout that sells with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../scripts/lib/ports.mjs';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, newBind } from '../support/drop.ts';
import { SERVICE_TOKEN, send, startTestRoom, type TestRoom } from '../support/room.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SHOP = join(ROOT, 'examples/own-checkout/shop.mjs');
const STOCK = 3;
const guide = await readFile(
  new URL('../../../docs/guides/bring-your-own-checkout.md', import.meta.url),
  'utf8',
);
/** A code block of the guide that has this name. */
const pasteOf = (name: string) =>
  guide.match(new RegExp(`^\`\`\`sh ${name}\\n(.*?)^\`\`\`$`, 'ms'))?.[1] ?? '';

let room: TestRoom;
let shop: ChildProcess;
let shopUrl: string;
let drop: string;
beforeAll(async () => {
  const [roomPort, shopPort] = [await freePort(), await freePort()];
  shopUrl = `http://127.0.0.1:${shopPort}`;
  const roomUrl = `http://127.0.0.1:${roomPort}`;
  room = await startTestRoom({ PUBLIC_URL: roomUrl, PORT: String(roomPort) });
  drop = await createDrop(room.redis, { policy: { stock_bound: 'on' }, returnOrigins: [shopUrl] });
  // As the guide says, with what a reader replaces.
  const command = pasteOf('start.sh')
    .replace('http://localhost:8080', roomUrl)
    .replace('http://127.0.0.1:3000', shopUrl)
    .replace('my-drop', drop)
    .replace('$(cat .sluice/start/keys/service-token)', SERVICE_TOKEN)
    .replace('npx node examples', 'exec node examples');
  shop = spawn('sh', ['-ec', command], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(shopPort),
      STOCK: String(STOCK),
    },
  });
  await once(createInterface({ input: shop.stdout as NodeJS.ReadableStream }), 'line');
  shop.stdout?.resume();
});
afterAll(async () => {
  shop?.kill('SIGKILL');
  await room?.close();
});

/** One shopper's browser, as far as the shop's cookies go. */
function createVisitor() {
  const jar = new Map<string, string>();
  return async (path: string, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(shopUrl + path, {
      ...init,
      redirect: 'manual',
      // What fetch says of itself is not a page visit; a form's answer is.
      headers: { accept: 'text/html', cookie, ...init.headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? [];
      jar.set(name, value);
    }
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

/** From the shop's door through the line to an order, or what the room said instead. */
async function goShopping(): Promise<{ order: string; visit: ReturnType<typeof createVisitor> }> {
  const visit = createVisitor();
  const turnedAway = await visit('/buy', { method: 'POST' });
  // As an API client: fetch can not pretend to be a page visit.
  expect(turnedAway.status).toBe(401);
  const { waitingRoom } = JSON.parse(turnedAway.text) as { waitingRoom: string };
  expect(waitingRoom).toBe(`${room.url}/w/${drop}`);
  const joined = await send(room.url, 'POST', `/v1/drops/${drop}/tickets`);
  if (joined.status !== 201) return { order: joined.body.type.split('/').pop(), visit };
  const { createSecret, bindOf } = await connectorWords();
  const secret = createSecret();
  const headers = { authorization: `Ticket ${joined.body.ticket}` };
  const body = { bind: await bindOf(secret), returnTo: `${shopUrl}/buy` };
  const { token } = await waitUntil(
    async () => {
      const answer = await send(room.url, 'POST', `/v1/drops/${drop}/admission`, { headers, body });
      return answer.status === 200 ? (answer.body as { token: string }) : null;
    },
    { everyMs: 600, what: 'a turn' },
  );
  const admission = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
  const first = await visit('/buy', { method: 'POST', headers: admission });
  const again = await visit('/buy', { method: 'POST', headers: admission });
  expect(again.text).toBe(first.text);
  return { order: first.text, visit };
}

const connectorWords = () => import('@sluice/connector');

test('5.14: a shop with its own checkout sells every unit once, ends sessions, and is sold out in the room', async () => {
  const picture = () => send(room.url, 'GET', `/v1/drops/${drop}/products`);
  await waitUntil(async () => (await picture()).body?.products?.[0]?.available === STOCK, {
    what: 'the stock',
  });
  const orders: string[] = [];
  for (let shopper = 0; shopper < STOCK; shopper++) orders.push((await goShopping()).order);
  expect(orders).toEqual(['Order 1', 'Order 2', 'Order 3']);
  expect(await room.redis.zcard(dropKeys(drop).sessions)).toBe(0);
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.phase === 'sold_out',
  );
  expect((await picture()).body).toMatchObject({ currency: 'EUR', products: [{ available: 0 }] });
  expect((await goShopping()).order).toBe('sold-out');
});

test('promise 8: a bad stock picture is 400 and names the field, and only the service token may write one', async () => {
  const product = { sku: 'a', name: 'A', priceMinor: 1, available: 1 };
  const put = (body: unknown, token = SERVICE_TOKEN) =>
    send(room.url, 'PUT', `/v1/drops/${drop}/products`, {
      headers: { authorization: `Bearer ${token}` },
      body,
    });
  const cases: [unknown, string][] = [
    [{ products: [product] }, 'body.currency'],
    [{ currency: 'euro', products: [] }, 'body.currency'],
    [{ currency: 'EUR', products: [{ ...product, available: -1 }] }, 'body.products.0.available'],
    [{ currency: 'EUR', products: [{ ...product, priceMinor: 1.5 }] }, 'body.products.0.priceMinor'],
    [{ currency: 'EUR', products: [{ ...product, sku: '' }] }, 'body.products.0.sku'],
    [{ currency: 'EUR', products: Array.from({ length: 101 }, () => product) }, 'body.products'],
    [{ currency: 'EUR', products: [{ ...product, secret: 1 }] }, 'body.products.0.secret'],
  ];
  for (const [body, field] of cases) {
    const answer = await put(body);
    expect([field, answer.status]).toEqual([field, 400]);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  }
  expect(
    (await put({ currency: 'EUR', products: [] }, 'another-token-of-at-least-32-characters')).status,
  ).toBe(401);
});

test('the three calls of the guide, as they stand there', async () => {
  const calls = await pasteOf('tell.sh');
  const foreign = await createDrop(room.redis, { policy: { stock_bound: 'off' } });
  const at = `/v1/drops/${foreign}`;
  await waitUntil(async () => (await send(room.url, 'GET', `${at}/pulse`)).status === 200);
  const env = { PATH: process.env.PATH, ROOM_URL: room.url, DROP: foreign, SERVICE_TOKEN, JTI: newBind() };
  const child = spawn('sh', ['-ec', calls], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  expect(await once(child, 'exit')).toEqual([0, null]);
  const { control } = dropKeys(foreign);
  expect(await room.redis.hmget(control, 'cap_sellable', 'cap_held')).toEqual(['10', '2']);
  const shown = await waitUntil(async () => {
    const { body } = await send(room.url, 'GET', `${at}/products`);
    return body.products ? body : null;
  });
  expect(shown).toMatchObject({ currency: 'EUR', products: [{ sku: 'low-42', available: 10 }] });
});

test('the shop is no longer than promised', async () => {
  const lines = (await readFile(SHOP, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThanOrEqual(60);
});
