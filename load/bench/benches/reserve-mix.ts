/**
 * A drop as it really sells: 200 SKUs, one to four lines a reservation, of which some are given back, some paid (a fifth of
 * the payments is declined) and some left to run out. First as much of it as the checkout takes, then, by chance arrivals
 * at 70 % of that, how long a request takes. Afterwards every balance is recomputed from the ledger.
 */
import { join as joinFile } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../scripts/lib/run-command.mjs';
import { createDrop } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { openSessions } from '../checkout-sessions.ts';
import type { DriveResult } from '../client/drive.ts';
import { requestText } from '../client/requests.ts';
import { type Step, saveWalks, TAKEN } from '../client/walks.ts';
import { CONNECTIONS, checkoutTarget } from '../compare-over-http.ts';
import { postgresCpuMs } from '../cpu.ts';
import { ADDRESSES, shopperAddress } from '../shoppers.ts';
import { rounded, spreadOf } from '../statistics.ts';

const DROP = 'bench-mix';
const SKUS = 200;
const LINES_MAX = 4;
/** Enough for every phase: each shopper comes once. */
const SHOPPERS = 60_000;
const SHOPPERS_SHORT = 8_000;
/** Different reservations: which SKUs, how many lines, and what becomes of it. */
const KINDS = 2_000;
/** Left to run out within the bench, and longer than any walk takes. */
const HOLD_SECONDS = 6;
const SHARE = 0.7;
const ID_CHARS = 36;
const RECONCILE = fileURLToPath(new URL('../../../checkout-api/src/reconcile.ts', import.meta.url));

/** What becomes of a reservation, in hundredths. Of the payments a fifth is declined. */
const ENDINGS = { cancelled: 25, expired: 15, paid: 48, declined: 12 } as const;
type Ending = keyof typeof ENDINGS;

export const reserveMix: Bench = {
  name: 'reserve-mix',
  summary:
    '200 SKUs, cancels, expiries, declines: latency at 70 % of the most it takes, and the books after it',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, postgres, client, folder, timing, isShort, note } = context;
  const checkout = checkoutTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    admission: { lobby: 'fifo', lobbySeconds: 0, tokenSeconds: 3600 },
    products: Array.from({ length: SKUS }, (_, n) => ({ sku: skuAt(n), stock: 1_000_000 })),
    perShopperLimit: 100,
  });
  // A policy's shortest hold is a minute; here holds have to run out while it is measured.
  await postgres.query('update checkout.drops set hold_seconds = $2 where drop_id = $1', [
    DROP,
    HOLD_SECONDS,
  ]);
  const credentials = await openSessions(context, DROP, isShort ? SHOPPERS_SHORT : SHOPPERS);
  const walksFile = joinFile(folder, 'mix.json');
  const { host } = new URL(checkout.url);
  saveWalks(walksFile, {
    kinds: Array.from({ length: KINDS }, (_, kind) => stepsOf(kind, host)),
    walks: credentials.map((credential, n) => [n % KINDS, credential, shopperAddress(n % ADDRESSES)]),
  });
  const drive = (connections: number, durationMs: number, arrivalsPerSecond?: number) =>
    client.drive({
      ...{ port: checkout.port, connections, durationMs, walksFile },
      ...(arrivalsPerSecond !== undefined && { arrivalsPerSecond }),
    });

  const most: DriveResult[] = [];
  for (const connections of CONNECTIONS) {
    await drive(connections, timing.warmUpMs);
    most.push(await drive(connections, timing.phaseMs));
    note(`${connections} connections: ${describe(most.at(-1))}`);
  }
  const walksMax = Math.max(...most.map(({ perSecond }) => perSecond));
  const requestsMax = Math.max(...most.map((result) => requestsPerSecond(result)));
  const loaded: DriveResult[] = [];
  const before = await postgresCpuMs(postgres);
  for (let round = 0; round < timing.pairs; round++) {
    loaded.push(await drive(CONNECTIONS[1], timing.phaseMs, walksMax * SHARE));
    note(`${SHARE * 100} % of it: ${describe(loaded.at(-1))}`);
  }
  const after = await postgresCpuMs(postgres);
  const requests = loaded.reduce((sum, result) => sum + result.requests, 0);
  const value = spreadOf(loaded.map((result) => requestsPerSecond(result))).median;
  return {
    ratio: rounded(value / requestsMax),
    value: Math.round(value),
    baseline: Math.round(requestsMax),
    unit: 'requests/s',
    cpuRatio: null,
    storeCpuUs:
      before === undefined || after === undefined ? null : rounded(((after - before) * 1000) / requests),
    // That so much came is part of what was promised about the time it took.
    bars: { ratio: isShort ? 0.1 : 0.65 },
    limits: { p99Ms: 100, differences: 0 },
    p50Ms: rounded(Math.max(...loaded.map(({ p50Ms }) => p50Ms)), 3),
    p99Ms: rounded(Math.max(...loaded.map(({ p99Ms }) => p99Ms)), 3),
    ...(await demandConservation(context)),
  };
}

const skuAt = (n: number) => `sku-${String(n).padStart(3, '0')}`;

/** Values of a walk: credential, address. Popular SKUs are asked for more often, as they are. */
function stepsOf(kind: number, host: string): Step[] {
  const from = {
    'x-forwarded-for': '{1}',
    accept: 'application/json',
    authorization: 'Session {0}',
  };
  const skus = new Set<string>();
  const wanted = 1 + Math.floor(Math.random() * LINES_MAX);
  while (skus.size < wanted) skus.add(skuAt(Math.floor(SKUS * Math.random() ** 2)));
  const lines = [...skus].map((sku) => ({ sku, quantity: 1 + Math.floor(Math.random() * 2) }));
  const path = '/v1/reservations';
  const reserve: Step = {
    text: requestText({
      method: 'POST',
      path,
      host,
      headers: { ...from, 'idempotency-key': 'mix-{n}' },
      body: JSON.stringify({ lines }),
    }),
    status: 201,
    take: { field: 'id', length: ID_CHARS },
  };
  const own = `${path}/${TAKEN}`;
  const pay = (method: string, status: number): Step => ({
    text: requestText({
      method: 'POST',
      path: `${own}/payment`,
      host,
      headers: from,
      body: JSON.stringify({ method }),
    }),
    status,
  });
  const endings: Record<Ending, Step[]> = {
    cancelled: [{ text: requestText({ method: 'DELETE', path: own, host, headers: from }), status: 204 }],
    expired: [],
    paid: [pay('sandbox:ok', 200)],
    declined: [pay('sandbox:decline', 402)],
  };
  return [reserve, ...endings[endingOf(kind)]];
}

/** Kinds in turn, so that every hundred of them has every ending in its share. */
function endingOf(kind: number): Ending {
  let place = (kind * 37) % 100; // 37 and 100 have no common divisor: endings are mixed, not in blocks
  for (const [ending, share] of Object.entries(ENDINGS) as [Ending, number][]) {
    if (place < share) return ending;
    place -= share;
  }
  throw new Error('the shares add up to less than a hundred');
}

function requestsPerSecond({ perSecond, requests, answers }: DriveResult): number {
  return (perSecond * requests) / answers;
}

function describe(result: DriveResult | undefined): string {
  if (!result) return '';
  return `${Math.round(requestsPerSecond(result))} requests/s, p50 ${rounded(result.p50Ms, 3)} ms, p99 ${rounded(result.p99Ms, 3)} ms`;
}

/**
 * When the last hold has run out, nothing is held any more, all of it has really happened, and the ledger's entries add up
 * to every balance.
 * @throws Error otherwise
 */
async function demandConservation({ postgres, stack }: BenchContext): Promise<Record<string, unknown>> {
  const deadline = performance.now() + (HOLD_SECONDS + 30) * 1000;
  const ended: Record<string, number> = {};
  do {
    const { rows } = await postgres.query<{ status: string; count: number }>(
      'select status, count(*)::integer as count from checkout.reservations where drop_id = $1 group by status',
      [DROP],
    );
    for (const { status } of rows) ended[status] = 0;
    for (const { status, count } of rows) ended[status] = count;
    if (!rows.some(({ status }) => status === 'held')) delete ended.held;
    await new Promise((resolve) => setTimeout(resolve, 250));
  } while (ended.held !== undefined && performance.now() < deadline);
  const { held = 0, released = 0, expired = 0, paid = 0 } = ended;
  if (held > 0) throw new Error(`${held} holds have not run out`);
  if (Math.min(released, expired, paid) === 0)
    throw new Error(`not everything happened: ${JSON.stringify(ended)}`);

  const { code, output } = await runCommand(process.execPath, [RECONCILE, '--json', '--drop', DROP], {
    env: { ...process.env, DATABASE_URL: stack.databaseUrl },
  });
  const books = JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
    checked: number;
    differences: unknown[];
  };
  if (code !== 0 || books.differences.length > 0) throw new Error(`the books do not add up: ${output}`);
  return { ended, balancesChecked: books.checked, differences: books.differences.length };
}
