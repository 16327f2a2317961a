/** The last quarter of an hour of a drop as columns: what a chart takes, at a tenth of the size of the samples. */
import type { LiveSample } from './live-sample.ts';

/** 15 minutes at a sample a second. */
export const HISTORY_SAMPLES_MAX = 900;

/** One column each; a figure nobody knew at the time is null. */
const COLUMNS = {
  /** ms since 1970, by Redis's clock. */
  at: (sample: LiveSample) => Date.parse(sample.at),
  waiting: ({ line }: LiveSample) => line.waiting,
  checkedIn: ({ line }: LiveSample) => line.checkedIn,
  inside: ({ line }: LiveSample) => line.inside,
  setPerSecond: ({ rate }: LiveSample) => Math.round((rate.setPerMinute / 60) * 100) / 100,
  achievedPerSecond: ({ rate }: LiveSample) => rate.achievedPerSecond,
  joinsPerSecond: ({ rate }: LiveSample) => rate.joinsPerSecond,
  entered: ({ totals }: LiveSample) => totals.entered,
  bought: ({ totals }: LiveSample) => totals.bought,
  conversion: (sample: LiveSample) => sample.conversion,
  sellable: ({ capacity }: LiveSample) => capacity?.sellable ?? null,
  held: ({ capacity }: LiveSample) => capacity?.held ?? null,
  sold: ({ units }: LiveSample) => units?.sold ?? null,
  latencyMs: ({ capacity }: LiveSample) => capacity?.latencyMs ?? null,
  errorRate: ({ capacity }: LiveSample) => capacity?.errorRate ?? null,
} satisfies Record<string, (sample: LiveSample) => number | null>;

export type HistoryColumn = keyof typeof COLUMNS;
export const HISTORY_COLUMNS = Object.keys(COLUMNS) as HistoryColumn[];
export type History = Record<HistoryColumn, (number | null)[]>;

export function historyOf(samples: readonly LiveSample[]): History {
  const columns = HISTORY_COLUMNS.map((name) => [name, samples.map(COLUMNS[name])] as const);
  return Object.fromEntries(columns) as History;
}
