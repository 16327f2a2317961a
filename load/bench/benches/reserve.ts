/**
 * Reservations of one hot SKU over HTTP, every request another shopper under a key of its own, against a bare POST, beside the
 * least that one could do who answers truthfully (checkout-floor.ts); and the store path by itself, batched, against the same with batches of
 * one, and with fewer and more requesters. Every 201 is a row in Postgres, or it fails.
 */
import { randomBytes } from 'node:crypto';
import { join as joinFile } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../scripts/lib/run-command.mjs';
import { createDrop } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { openSessions } from '../checkout-sessions.ts';
import { requestText, saveRequests, UNIQUE } from '../client/requests.ts';
import { checkoutTarget, compareOverHttp } from '../compare-over-http.ts';
import { postgresCpuMs } from '../cpu.ts';
import { startCheckoutFloor } from '../helpers.ts';
import { demandEveryReservation } from '../reservation-rows.ts';
import { shopperHeaders } from '../shoppers.ts';
import { ratioOf, rounded, spreadOf } from '../statistics.ts';

const DROP = 'bench-reserve';
const SKU = 'hot';
const PATH = '/v1/reservations';
const SESSIONS = 20_000;
const SESSIONS_SHORT = 1_000;
const ID_CHARS = 36;
/** Requesters at once, against the store alone. */
const REQUESTERS = 256;
/** Fewer and more of them: neither may be much better than {@link REQUESTERS}. */
const OTHER_REQUESTERS = [64, 1_024];
const STORE_PROGRAM = fileURLToPath(new URL('../../../checkout-api/bench/reserve-store.ts', import.meta.url));

export const reserve: Bench = {
  name: 'reserve',
  summary: 'one hot SKU: over HTTP against a bare POST, and the store against one transaction a request',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, postgres, folder, isShort } = context;
  const checkout = checkoutTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    admission: { lobby: 'fifo', lobbySeconds: 0, tokenSeconds: 3600, holdSeconds: 3600 },
    products: [{ sku: SKU, stock: 100_000_000 }],
    perShopperLimit: 1_000_000,
  });
  const credentials = await openSessions(context, DROP, isShort ? SESSIONS_SHORT : SESSIONS);

  const { host } = new URL(checkout.url);
  const run = randomBytes(4).toString('hex');
  const body = JSON.stringify({ lines: [{ sku: SKU, quantity: 1 }] });
  const headersOf = (n: number) => ({
    ...shopperHeaders(n),
    authorization: `Session ${credentials[n]}`,
    'idempotency-key': `bench-${run}-${UNIQUE}`,
  });
  const requestsFile = joinFile(folder, 'reservations.json');
  saveRequests(
    requestsFile,
    credentials.map((_, n) => requestText({ method: 'POST', path: PATH, host, headers: headersOf(n), body })),
  );
  const file = joinFile(folder, 'reserved');
  const answerBytes = await sampleSize(new URL(PATH, checkout.url), headersOf(0), body);
  const { figures, answers } = await compareOverHttp(context, {
    service: checkout,
    baseline: { method: 'POST', path: PATH, status: 201, answerBytes },
    floor: await startCheckoutFloor({ databaseUrl: stack.databaseUrl, reservePath: PATH, answerBytes }),
    requestsFile,
    unit: 'reservations/s',
    bars: { ratio: 0.6, storeRatio: 30, requestersOfBest: 0.9 },
    collect: { file, field: 'id', length: ID_CHARS },
    storeCpuMs: () => postgresCpuMs(postgres),
  });
  const kept = await demandEveryReservation(postgres, DROP, file, { acknowledged: answers, others: 1 });
  return { ...figures, ...(await compareStore(context)), acknowledged: answers, ...kept };
}

async function sampleSize(url: URL, headers: Record<string, string>, body: string): Promise<number> {
  const sample = { ...headers, 'content-type': 'application/json', 'idempotency-key': 'bench-sample' };
  const response = await fetch(url, { method: 'POST', headers: sample, body });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`a reservation was answered ${response.status}: ${text}`);
  return Buffer.byteLength(text);
}

/** The store by itself, A B A B A B as over HTTP. */
async function compareStore({ stack, timing, note }: BenchContext): Promise<Record<string, unknown>> {
  const rate = async (mode: 'batched' | 'single' | 'plain', requesters = REQUESTERS, ms = timing.phaseMs) => {
    const args = [STORE_PROGRAM, mode, DROP, SKU, String(requesters), String(ms)];
    const env = { ...process.env, DATABASE_URL: stack.databaseUrl };
    const { code, output } = await runCommand(process.execPath, args, { env });
    if (code !== 0) throw new Error(`the store program failed: ${output}`);
    return (JSON.parse(output.split('\n').at(-1) ?? '') as { perSecond: number }).perSecond;
  };
  const pairs = [];
  const plainPairs = [];
  for (let pair = 1; pair <= timing.pairs; pair++) {
    const single = await rate('single');
    const batched = await rate('batched');
    const plain = await rate('plain');
    pairs.push({ baseline: single, service: batched });
    plainPairs.push({ baseline: plain, service: batched });
    const [alone, shorter, together] = [single, plain, batched].map(Math.round);
    note(
      `store, pair ${pair}: ${alone}/s one by one, ${shorter}/s by the plain statement, ${together}/s batched`,
    );
  }
  const { median, min, max } = ratioOf(pairs);
  const others = [];
  for (let pair = 1; pair <= timing.pairs; pair++) {
    const own = await rate('batched', REQUESTERS, timing.phaseMs / 2);
    const best = [own];
    for (const requesters of OTHER_REQUESTERS)
      best.push(await rate('batched', requesters, timing.phaseMs / 2));
    others.push({ baseline: Math.max(...best), service: own });
    note(
      `store, ${[REQUESTERS, ...OTHER_REQUESTERS].join(', ')} requesters: ${best.map(Math.round).join(', ')}/s`,
    );
  }
  return {
    requestersOfBest: rounded(ratioOf(others).median),
    storeRatio: rounded(median),
    storeRatioMin: rounded(min),
    storeRatioMax: rounded(max),
    storeRatioPlain: rounded(ratioOf(plainPairs).median),
    storePerSecond: Math.round(spreadOf(pairs.map(({ service }) => service)).median),
    singlePerSecond: Math.round(spreadOf(pairs.map(({ baseline }) => baseline)).median),
    plainPerSecond: Math.round(spreadOf(plainPairs.map(({ baseline }) => baseline)).median),
  };
}
