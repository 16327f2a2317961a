/**
 * The control plane beside a data plane that is busy: first as many joins as the room takes, then 70 % of that by chance
 * arrivals while five operators read and steer the same drop. Their requests take turns as screens and hands do; each
 * is timed from the moment it was due. The same operators alone, before it, are the baseline.
 */
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { CONNECTIONS, roomTarget } from '../compare-over-http.ts';
import { redisCpuMs } from '../cpu.ts';
import { saveJoins, shopperAddress } from '../shoppers.ts';
import { rounded, spreadOf } from '../statistics.ts';

const DROP = 'bench-admin-api';
const SHARE = 0.7;
const OPERATORS = 5;
/** Of each operator: a screen that looks every quarter of a second, and a hand. Below the limits of one operator. */
const EVERY_MS = 250;
const TIMEOUT_MS = 10_000;

/** What operators do on drop day, in turn: mostly looking. */
const TURNS: readonly {
  readonly method: string;
  readonly path: string;
  readonly body?: (n: number) => unknown;
}[] = [
  { method: 'GET', path: `/drops/${DROP}` },
  { method: 'GET', path: '/drops?limit=20' },
  { method: 'POST', path: `/drops/${DROP}/rate`, body: (n) => ({ to: 300 + (n % 7), reason: 'bench' }) },
  { method: 'GET', path: `/drops/${DROP}/instances` },
  { method: 'GET', path: `/drops/${DROP}/stock` },
  {
    method: 'PATCH',
    path: `/drops/${DROP}/page`,
    body: (n) => ({ message: { en: `Sizes 36 to ${40 + (n % 9)}` } }),
  },
  { method: 'GET', path: `/drops/${DROP}/acts?limit=20` },
];

export const adminApi: Bench = {
  name: 'admin-api',
  summary: 'reading and steering while the room takes 70 % of the joins it can',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, client, redis, timing, note } = context;
  const room = roomTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    // Nobody comes forward here: windows longer than the bench keep it joins alone.
    admission: { lobby: 'fifo', lobbySeconds: 0, callWindowSeconds: 3600, graceSeconds: 3600 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(room.url, DROP, ['open']);
  const requestsFile = saveJoins(context, DROP);
  const keys = await Promise.all(Array.from({ length: OPERATORS }, (_, n) => operatorKey(context, n)));
  const join = (connections: number, durationMs: number, arrivalsPerSecond?: number) =>
    client.drive({
      ...{ port: room.port, connections, durationMs, requestsFile, expectedStatus: 201 },
      ...(arrivalsPerSecond !== undefined && { arrivalsPerSecond }),
    });

  // Both are warm before either is timed.
  await operate(context, keys, timing.warmUpMs);
  const alone = await operate(context, keys, timing.phaseMs);
  note(`operators alone: ${describe(alone)}`);
  await join(CONNECTIONS[0], timing.warmUpMs);
  const most = (await join(CONNECTIONS[0], timing.phaseMs)).perSecond;
  note(`${Math.round(most)} joins/s are the most`);
  const joined: number[] = [];
  const asked: Asked[] = [];
  const before = await redisCpuMs(redis);
  for (let round = 0; round < timing.pairs; round++) {
    const [result, times] = await Promise.all([
      // Chance arrivals come in crowds: more connections than the most needs, so that none waits for one.
      join(CONNECTIONS[1], timing.phaseMs, most * SHARE),
      operate(context, keys, timing.phaseMs),
    ]);
    joined.push(result.perSecond);
    asked.push(...times);
    note(`beside ${Math.round(result.perSecond)} joins/s: ${describe(times)}`);
  }
  const took = asked.map(({ ms }) => ms);
  for (const { method, path } of TURNS) {
    const ofThis = asked.filter((one) => one.path === path && one.method === method);
    note(`${method} ${path}: ${describe(ofThis)}`);
  }
  const cpuMs = (await redisCpuMs(redis)) - before;
  const joinsPerSecond = spreadOf(joined).median;
  return {
    ratio: null,
    baseline: rounded(
      quantile(
        alone.map(({ ms }) => ms),
        0.99,
      ),
      3,
    ),
    value: rounded(quantile(took, 0.99), 3),
    unit: 'ms for 99 % of requests',
    cpuRatio: null,
    storeCpuUs: rounded((cpuMs * 1000) / took.length),
    // That the room was as busy as was said is part of what was measured.
    bars: { joinShare: context.isShort ? 0.1 : 0.65 },
    limits: { p99Ms: 100 },
    joinShare: rounded(joinsPerSecond / most, 3),
    joinsPerSecondMax: Math.round(most),
    joinsPerSecond: Math.round(joinsPerSecond),
    p50Ms: rounded(quantile(took, 0.5), 3),
    p99Ms: rounded(quantile(took, 0.99), 3),
    maxMs: rounded(Math.max(...took), 3),
    requests: took.length,
  };
}

/** A key of an operator's own: limits count by operator. */
async function operatorKey({ stack }: BenchContext, n: number): Promise<string> {
  const { key } = (await ask(stack.admin?.url ?? '', stack.operatorKey, n, {
    ...{ method: 'POST', path: '/keys' },
    body: {
      name: `operator ${n}`,
      scopes: ['drops.read', 'drops.steer', 'page.change', 'audit.read'],
    },
  })) as { key: string };
  return key;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  /** From when it was due. */
  readonly ms: number;
}

/** All operators, each on their own clock, for so long. */
async function operate(
  { stack }: BenchContext,
  keys: readonly string[],
  durationMs: number,
): Promise<Asked[]> {
  const base = stack.admin?.url ?? '';
  const took: Asked[] = [];
  const startedAt = performance.now();
  async function operator(key: string, n: number): Promise<void> {
    for (let turn = 0; ; turn++) {
      const dueAt = startedAt + (turn + n / keys.length) * EVERY_MS;
      if (dueAt - startedAt >= durationMs) return;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
      const { method, path, body } = TURNS[(turn + n) % TURNS.length] as (typeof TURNS)[number];
      await ask(base, key, n, { method, path, body: body?.(turn) });
      took.push({ method, path, ms: performance.now() - dueAt });
    }
  }
  await Promise.all(keys.map(operator));
  return took;
}

/** @throws Error with the control plane's own words when it does not do it */
async function ask(
  base: string,
  key: string,
  n: number,
  { method, path, body }: { method: string; path: string; body?: unknown },
): Promise<unknown> {
  const response = await fetch(new URL(`/api/v1${path}`, base), {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'x-forwarded-for': shopperAddress(n),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function describe(asked: readonly Asked[]): string {
  const times = asked.map(({ ms }) => ms);
  return `${times.length} requests, p50 ${rounded(quantile(times, 0.5), 3)} ms, p99 ${rounded(quantile(times, 0.99), 3)} ms`;
}
