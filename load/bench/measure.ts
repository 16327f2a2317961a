/** Baseline and service in turn (A B A B A B) at one number of connections, with what each cost in CPU. */
import type { ClientOrder, Source } from './client/orders.ts';
import { processCpuMs } from './cpu.ts';
import type { Client } from './helpers.ts';
import { type Pair, ratioOf, type Spread, spreadOf } from './statistics.ts';

export interface Target {
  readonly port: number;
  readonly pid: number;
}

/** How long and how often; the short form shows that a bench works and says nothing about speed. */
export interface Timing {
  readonly warmUpMs: number;
  readonly phaseMs: number;
  readonly pairs: number;
}

export const FULL: Timing = { warmUpMs: 4_000, phaseMs: 8_000, pairs: 3 };
export const SHORT: Timing = { warmUpMs: 300, phaseMs: 1_000, pairs: 1 };

export interface MeasureOptions {
  readonly client: Client;
  readonly service: Target;
  readonly baseline: Target;
  readonly connections: number;
  readonly timing: Timing;
  readonly requestsFile: string;
  readonly expectedStatus: number;
  /**
   * A file of walks that nobody has gone yet, enough for a phase of so many ms: then the service gets those, not the requests
   * of the bare server, and a walk counts as one.
   */
  readonly serviceWalks?: (durationMs: number) => string;
  /** Something else that is measured in each pair, a second; the lesser of it and the bare server is the baseline. */
  readonly bound?: () => Promise<number>;
  /** Measured after the service in each pair, by the service's own requests; only told of, never judged by. */
  readonly floor?: Target;
  readonly collect?: ClientOrder['collect'];
  /** CPU of the store so far, in ms; undefined where it can't be read. */
  readonly storeCpuMs: () => Promise<number | undefined>;
  readonly note: (text: string) => void;
}

export interface Level {
  readonly connections: number;
  readonly pairs: readonly Pair[];
  readonly ratio: Spread;
  /** Where there is one: the floor against the bare server, and the service against the floor. */
  readonly floor?: { readonly ratio: Spread; readonly service: Spread; readonly cpuUs: number | null };
  /** Requests a second, median of the phases. */
  readonly value: number;
  readonly baseline: number;
  /** CPU a request in µs, mean of the phases; null where it can't be read. */
  readonly serviceCpuUs: number | null;
  readonly baselineCpuUs: number | null;
  readonly storeCpuUs: number | null;
  /** Greatest share of one core that the client used in a phase: near 1 it was the client that was measured. */
  readonly clientCpuShare: number | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers of the service, warm-up included: every one had the expected status. */
  readonly answers: number;
}

interface Phase {
  readonly perSecond: number;
  readonly answers: number;
  readonly serverCpuMs: number | undefined;
  readonly storeCpuMs: number | undefined;
  readonly clientCpuShare: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** @throws Error on the first answer that is not the expected one */
export async function measureLevel(options: MeasureOptions): Promise<Level> {
  const { service, baseline, connections, timing, bound, floor, note } = options;
  const bounds: number[] = [];
  const bare: Phase[] = [];
  const own: Phase[] = [];
  const least: Phase[] = [];
  const { collect: _, ...uncollected } = options;
  await runPhase(options, baseline, timing.warmUpMs, false);
  const warmUp = await runPhase(options, service, timing.warmUpMs, true);
  for (let pair = 1; pair <= timing.pairs; pair++) {
    bare.push(await runPhase(options, baseline, timing.phaseMs, false));
    bounds.push((await bound?.()) ?? Number.POSITIVE_INFINITY);
    own.push(await runPhase(options, service, timing.phaseMs, true));
    if (floor) least.push(await runPhase(uncollected, floor, timing.phaseMs, true));
    const figures = [`bare ${thousands(bare.at(-1))}`, `service ${thousands(own.at(-1))}`];
    if (floor) figures.push(`floor ${thousands(least.at(-1))}`);
    note(`${connections} connections, pair ${pair}: ${figures.join(', ')}`);
  }
  const pairs = own.map((phase, index) => ({
    baseline: Math.min((bare[index] as Phase).perSecond, bounds[index] as number),
    service: phase.perSecond,
  }));
  return {
    connections,
    pairs,
    ratio: ratioOf(pairs),
    ...(floor && { floor: floorOf(least, pairs) }),
    value: spreadOf(pairs.map((pair) => pair.service)).median,
    baseline: spreadOf(pairs.map((pair) => pair.baseline)).median,
    serviceCpuUs: perAnswerUs(own, (phase) => phase.serverCpuMs),
    baselineCpuUs: perAnswerUs(bare, (phase) => phase.serverCpuMs),
    storeCpuUs: perAnswerUs(own, (phase) => phase.storeCpuMs),
    clientCpuShare: greatest([...bare, ...own].map((phase) => phase.clientCpuShare)),
    p50Ms: spreadOf(own.map((phase) => phase.p50Ms)).median,
    p99Ms: spreadOf(own.map((phase) => phase.p99Ms)).median,
    answers: [warmUp, ...own].reduce((sum, phase) => sum + phase.answers, 0),
  };
}

function floorOf(least: readonly Phase[], pairs: readonly Pair[]) {
  const of = (index: number) => (least[index] as Phase).perSecond;
  return {
    ratio: ratioOf(pairs.map(({ baseline }, index) => ({ baseline, service: of(index) }))),
    service: ratioOf(pairs.map(({ service }, index) => ({ baseline: of(index), service }))),
    cpuUs: perAnswerUs(least, (phase) => phase.serverCpuMs),
  };
}

async function runPhase(
  options: MeasureOptions,
  target: Target,
  durationMs: number,
  isService: boolean,
): Promise<Phase> {
  const { client, connections, collect, storeCpuMs } = options;
  const source = isService ? serviceSource(options, durationMs) : bareSource(options);
  const read = async () => ({
    server: processCpuMs(target.pid),
    client: processCpuMs(client.pid),
    store: isService ? await storeCpuMs() : undefined,
    at: performance.now(),
  });
  const before = await read();
  const { perSecond, answers, p50Ms, p99Ms } = await client.drive({
    port: target.port,
    connections,
    durationMs,
    ...source,
    ...(isService && collect && { collect }),
  });
  const after = await read();
  const clientMs = difference(after.client, before.client);
  return {
    perSecond,
    answers,
    p50Ms,
    p99Ms,
    serverCpuMs: difference(after.server, before.server),
    storeCpuMs: difference(after.store, before.store),
    clientCpuShare: clientMs === undefined ? undefined : clientMs / (after.at - before.at),
  };
}

function bareSource({ requestsFile, expectedStatus }: MeasureOptions): Source {
  return { requestsFile, expectedStatus };
}

function serviceSource(options: MeasureOptions, durationMs: number): Source {
  const { serviceWalks } = options;
  return serviceWalks ? { walksFile: serviceWalks(durationMs) } : bareSource(options);
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

/** Null as soon as one phase has no figure. */
function perAnswerUs(phases: readonly Phase[], cpuMs: (phase: Phase) => number | undefined): number | null {
  let ms = 0;
  let answers = 0;
  for (const phase of phases) {
    const used = cpuMs(phase);
    if (used === undefined) return null;
    ms += used;
    answers += phase.answers;
  }
  return (ms * 1000) / answers;
}

function greatest(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length ? null : Math.max(...known);
}

function thousands(phase: Phase | undefined): string {
  return `${((phase?.perSecond ?? 0) / 1000).toFixed(1)}k/s`;
}
