/** What a bench prints: lines for people, and one object for programs. */
import type { Figures } from './bench.ts';

export interface Report extends Figures {
  readonly bench: string;
  /** Present and true on the short form, whose figures say nothing about speed. */
  readonly short?: true;
  /** Whether every bar is reached; not given on the short form. */
  readonly met?: boolean;
}

export function reportOf(bench: string, figures: Figures, isShort: boolean): Report {
  const met = Object.entries(figures.bars).every(([name, bar]) => Number(figures[name]) >= bar);
  return { bench, ...figures, ...(isShort ? { short: true } : { met }) };
}

/** @returns lines */
export function describeReport(report: Report): string {
  const { bench, ratio, value, baseline, unit, bars, cpuRatio, storeCpuUs, met, short, levels, ...more } =
    report;
  const lines = [
    `${bench}: ${ratio} of the bare server (${value} of ${baseline} ${unit})`,
    `CPU a request against the bare server's: ${cpuRatio ?? 'unknown here'}; CPU of the store: ${storeCpuUs ?? 'unknown here'} µs a request`,
    ...Object.entries(more).map(([name, figure]) => `${name}: ${JSON.stringify(figure)}`),
    ...((levels as object[] | undefined) ?? []).map((level) => JSON.stringify(level)),
    ...Object.entries(bars).map(([name, bar]) => `${name} at least ${bar}: ${verdict(report[name], bar)}`),
    ...(short ? ['SHORT FORM: it shows that the bench works and says nothing about speed.'] : []),
  ];
  return lines.join('\n');
}

function verdict(value: unknown, bar: number): string {
  return Number(value) >= bar ? `reached (${value})` : `MISSED (${value})`;
}
