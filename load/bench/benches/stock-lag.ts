/**
 * From the commit of a change of stock to everybody who has a stream of the drop: stock is moved in Postgres itself, at
 * intervals between at once and half a second, and each receiver's clock stops at the event that shows the unit. The clock starts when
 * the statement is sent, so writing and committing it count too.
 */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { roomTarget } from '../compare-over-http.ts';
import { redisCpuMs } from '../cpu.ts';
import { gatherCrowd, shopperHeaders } from '../shoppers.ts';
import { rounded } from '../statistics.ts';

const DROP = 'bench-stock-lag';
const SKU = 'unit';
const STOCK = 1_000;
const RECEIVERS = 200;
const RECEIVERS_SHORT = 10;
const MOVEMENTS = 200;
const MOVEMENTS_SHORT = 10;
const PAUSE_MS_MAX = 500;
/** A change that a receiver has not heard of by then was lost. */
const LOST_MS = 10_000;

export const stockLag: Bench = {
  name: 'stock-lag',
  summary: 'commit of a change of stock to the receivers of streams',
  run,
};

/** When a receiver first heard that so many units are there, by `performance.now()`. */
type Heard = Map<number, number>;

async function run(context: BenchContext): Promise<Figures> {
  const { stack, postgres, redis, isShort, note } = context;
  const room = roomTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    // Nobody is called, so that every stream stays.
    admission: { lobby: 'fifo', lobbySeconds: 0, ratePerMinute: 0 },
    products: [{ sku: SKU, stock: STOCK }],
  });
  await waitForPhase(room.url, DROP, ['open']);
  const tickets = await gatherCrowd(context, DROP, isShort ? RECEIVERS_SHORT : RECEIVERS);
  const receivers = await Promise.all(tickets.map((ticket, n) => receive(room.url, ticket, n)));
  note(`${receivers.length} streams are open`);

  const sentAt: number[] = [];
  const before = await redisCpuMs(redis);
  for (let movement = 1; movement <= (isShort ? MOVEMENTS_SHORT : MOVEMENTS); movement++) {
    sentAt[STOCK + movement] = performance.now();
    await postgres.query(
      `insert into checkout.stock_movements (drop_id, sku, delta, reason, actor) values ($1, $2, 1, 'bench', 'bench')`,
      [DROP, SKU],
    );
    await wait(Math.random() * PAUSE_MS_MAX);
  }
  const cpuMs = (await redisCpuMs(redis)) - before;
  await allHeard(receivers, sentAt.length - 1);
  const lags = receivers.flatMap((heard) => lagsOf(heard, sentAt)).sort((a, b) => a - b);
  const quantile = (share: number) =>
    lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] as number;
  return {
    ratio: null,
    baseline: null,
    value: rounded(quantile(0.99), 3),
    unit: 'ms until 99 % have heard',
    cpuRatio: null,
    storeCpuUs: rounded((cpuMs * 1000) / lags.length),
    bars: {},
    limits: { p99Ms: 250 },
    p50Ms: rounded(quantile(0.5), 3),
    p99Ms: rounded(quantile(0.99), 3),
    maxMs: rounded(lags.at(-1) as number, 3),
    receivers: receivers.length,
    movements: sentAt.length - 1 - STOCK,
  };
}

/** Of each movement: from sending it to the first event with that unit or a later one. */
function lagsOf(heard: Heard, sentAt: readonly number[]): number[] {
  const lags: number[] = [];
  let shown = Number.POSITIVE_INFINITY;
  for (let units = sentAt.length - 1; units > STOCK; units--) {
    shown = Math.min(shown, heard.get(units) ?? Number.POSITIVE_INFINITY);
    lags.push(shown - (sentAt[units] as number));
  }
  return lags;
}

/** @throws Error when some never hear of the last change */
async function allHeard(receivers: readonly Heard[], units: number): Promise<void> {
  const deadline = performance.now() + LOST_MS;
  while (!receivers.every((heard) => heard.has(units))) {
    if (performance.now() > deadline) throw new Error('some streams never told of the last change of stock');
    await wait(20);
  }
}

/** Opens the stream; until the first rank map is out the room says to poll instead. */
async function receive(url: string, ticket: string, n: number): Promise<Heard> {
  const deadline = performance.now() + LOST_MS;
  for (;;) {
    const response = await open(url, ticket, n);
    if (response.statusCode === 200) return listen(response);
    response.resume();
    if (response.statusCode !== 409 || performance.now() > deadline)
      throw new Error(`a stream was answered ${response.statusCode}`);
    await wait(200);
  }
}

function open(url: string, ticket: string, n: number): Promise<IncomingMessage> {
  const headers = { ...shopperHeaders(n), authorization: `Ticket ${ticket}` };
  return new Promise((resolve, reject) => {
    get(new URL(`/v1/drops/${DROP}/stream`, url), { headers, agent: false }, resolve).on('error', reject);
  });
}

function listen(response: IncomingMessage): Heard {
  const heard: Heard = new Map();
  let text = '';
  response.setEncoding('utf8');
  response.on('error', () => {}); // the services end before the streams do; what is missing is missed
  response.on('data', (chunk: string) => {
    const now = performance.now();
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^event: stock\ndata: (.+)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data === undefined) continue;
      const { products } = JSON.parse(data) as { products: { sku: string; available: number }[] };
      const units = products.find(({ sku }) => sku === SKU)?.available;
      if (units !== undefined && !heard.has(units)) heard.set(units, now);
    }
  });
  return heard;
}
