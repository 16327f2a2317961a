/** The common bench: a service over HTTP against the bare server, at 64 and at 512 connections; the worse counts. */
import type { BaselineRoute } from './baseline.ts';
import type { BenchContext, Figures } from './bench.ts';
import type { ClientOrder } from './client/orders.ts';
import { startBaseline } from './helpers.ts';
import { type Level, type MeasureOptions, measureLevel, type Target } from './measure.ts';
import { rounded, worstOf } from './statistics.ts';

export const CONNECTIONS = [64, 512] as const;

export interface Comparison extends Pick<MeasureOptions, 'serviceWalks' | 'bound' | 'floor'> {
  readonly service: Target;
  /** The baseline answers with as many bytes, to the very same requests. */
  readonly baseline: BaselineRoute;
  readonly requestsFile: string;
  readonly unit: string;
  readonly bars: Readonly<Record<string, number>>;
  readonly collect?: ClientOrder['collect'];
  readonly storeCpuMs: () => Promise<number | undefined>;
}

/** The first waiting room of the stack. */
export function roomTarget({ rooms }: BenchContext['stack']): Target & { readonly url: string } {
  const [room] = rooms as [(typeof rooms)[0]];
  return { url: room.url, port: Number(new URL(room.url).port), pid: room.pid };
}

/** The first checkout of the stack. */
export function checkoutTarget({ checkouts }: BenchContext['stack']): Target & { readonly url: string } {
  const [checkout] = checkouts as [(typeof checkouts)[0]];
  return { url: checkout.url, port: Number(new URL(checkout.url).port), pid: checkout.pid };
}

/** @returns the figures, and the answers of the service in all phases together */
export async function compareOverHttp(
  { client, timing, note }: BenchContext,
  comparison: Comparison,
): Promise<{ figures: Figures; answers: number }> {
  const { service, baseline: route, unit, bars } = comparison;
  const baseline = await startBaseline(route);
  const levels: Level[] = [];
  for (const connections of CONNECTIONS) {
    const { requestsFile, serviceWalks, bound, floor, collect, storeCpuMs } = comparison;
    const options = { client, service, baseline, connections, timing, requestsFile, storeCpuMs, note };
    levels.push(
      await measureLevel({
        ...options,
        expectedStatus: route.status,
        ...(serviceWalks && { serviceWalks }),
        ...(bound && { bound }),
        ...(floor && { floor }),
        ...(collect && { collect }),
      }),
    );
  }
  const answers = levels.reduce((sum, level) => sum + level.answers, 0);
  return { figures: figuresOf(levels, unit, bars), answers };
}

function figuresOf(levels: readonly Level[], unit: string, bars: Comparison['bars']): Figures {
  const worst = worstOf(levels);
  const { serviceCpuUs, baselineCpuUs } = worst;
  return {
    ratio: rounded(worst.ratio.median),
    ratioMin: rounded(worst.ratio.min),
    ratioMax: rounded(worst.ratio.max),
    value: Math.round(worst.value),
    baseline: Math.round(worst.baseline),
    unit,
    connections: worst.connections,
    cpuRatio: serviceCpuUs === null || baselineCpuUs === null ? null : rounded(baselineCpuUs / serviceCpuUs),
    serviceCpuUs: serviceCpuUs === null ? null : rounded(serviceCpuUs),
    baselineCpuUs: baselineCpuUs === null ? null : rounded(baselineCpuUs),
    storeCpuUs: worst.storeCpuUs === null ? null : rounded(worst.storeCpuUs),
    bars,
    levels: levels.map(({ connections, pairs, ratio, floor, p50Ms, p99Ms, clientCpuShare, ...cpu }) => ({
      connections,
      ratio: rounded(ratio.median),
      pairs: pairs.map(({ baseline, service }) => [Math.round(baseline), Math.round(service)]),
      p50Ms: rounded(p50Ms, 3),
      p99Ms: rounded(p99Ms, 3),
      clientCpuShare: clientCpuShare === null ? null : rounded(clientCpuShare, 2),
      serviceCpuUs: cpu.serviceCpuUs === null ? null : rounded(cpu.serviceCpuUs),
      storeCpuUs: cpu.storeCpuUs === null ? null : rounded(cpu.storeCpuUs),
      ...(floor && {
        floorRatio: rounded(floor.ratio.median),
        ofFloor: rounded(floor.service.median),
        floorCpuUs: floor.cpuUs === null ? null : rounded(floor.cpuUs),
      }),
    })),
  };
}
