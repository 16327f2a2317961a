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
  const met = demandsOf(figures).every(({ isMet }) => isMet);
  return { bench, ...figures, ...(isShort ? { short: true } : { met }) };
}

/** @returns lines */
export function describeReport(report: Report): string {
  const {
    bench,
    ratio,
    value,
    baseline,
    unit,
    bars,
    limits,
    cpuRatio,
    storeCpuUs,
    met,
    short,
    levels,
    ...more
  } = report;
  const lines = [
    ratio === null || baseline === null
      ? `${bench}: ${value} ${unit}`
      : `${bench}: ${ratio} of the baseline (${value} of ${baseline} ${unit})`,
    `CPU a request against the bare server's: ${cpuRatio ?? 'unknown here'}; CPU of the store: ${storeCpuUs ?? 'unknown here'} µs a request`,
    ...Object.entries(more).map(([name, figure]) => `${name}: ${JSON.stringify(figure)}`),
    ...((levels as object[] | undefined) ?? []).map((level) => JSON.stringify(level)),
    ...demandsOf(report).map(
      ({ text, isMet, figure }) => `${text}: ${isMet ? 'reached' : 'MISSED'} (${figure})`,
    ),
    ...(short ? ['SHORT FORM: it shows that the bench works and says nothing about speed.'] : []),
  ];
  return lines.join('\n');
}

/** Every bar and limit; one whose figure is missing or no number is missed. */
function demandsOf(figures: Figures): { text: string; isMet: boolean; figure: unknown }[] {
  const { bars, limits = {} } = figures;
  return [
    ...Object.entries(bars).map(([name, bar]) => ({
      text: `${name} at least ${bar}`,
      isMet: Number(figures[name]) >= bar,
      figure: figures[name],
    })),
    ...Object.entries(limits).map(([name, limit]) => ({
      text: `${name} at most ${limit}`,
      isMet: typeof figures[name] === 'number' && figures[name] <= limit,
      figure: figures[name],
    })),
  ];
}
