/**
 * A histogram for what is timed at every request: observing adds to an array, and names and labels are put together when
 * somebody scrapes. prom-client's own looks a series up by a text of its labels each time, a twentieth of a small answer.
 */
import type { Histogram } from 'prom-client';
import type { Metrics } from './metrics.ts';

export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending, in seconds. */
  readonly buckets: readonly number[];
}

/** What was observed under one set of labels. */
export interface DurationSeries {
  observe(seconds: number): void;
}

interface Kept extends DurationSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** By bucket, not yet summed up; the last counts what lies above all of them. */
  readonly counts: Float64Array;
  sum(): number;
}

export interface DurationHistogram {
  /** A new series: whoever observes keeps it. No two may have the same labels. */
  series(labels: Readonly<Record<string, string>>): DurationSeries;
}

/** Registered with the process's metrics. */
export function createDurationHistogram(
  metrics: Metrics,
  { name, help, buckets }: DurationHistogramOptions,
): DurationHistogram {
  const all: Kept[] = [];
  const get = async () => ({
    ...{ name, help, type: 'histogram', aggregator: 'sum' },
    values: all.flatMap((one) => valuesOf(name, buckets, one)),
  });
  // The registry asks a metric for its name and for this, and nothing else.
  metrics.registry.registerMetric({ name, help, get } as unknown as Histogram);
  return {
    series(labels) {
      const one = createSeries(labels, buckets);
      all.push(one);
      return one;
    },
  };
}

function createSeries(labels: Kept['labels'], buckets: readonly number[]): Kept {
  const counts = new Float64Array(buckets.length + 1);
  let sum = 0;
  return {
    labels,
    counts,
    sum: () => sum,
    observe(seconds) {
      let bucket = 0;
      while (bucket < buckets.length && seconds > (buckets[bucket] as number)) bucket++;
      counts[bucket] = (counts[bucket] as number) + 1;
      sum += seconds;
    },
  };
}

/** As the text format wants them: each bucket holds those below it, too. */
function valuesOf(name: string, buckets: readonly number[], { labels, counts, sum }: Kept) {
  let total = 0;
  const below = [...buckets, '+Inf'].map((le, bucket) => {
    total += counts[bucket] as number;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
  });
  return [
    ...below,
    { metricName: `${name}_sum`, labels, value: sum() },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
