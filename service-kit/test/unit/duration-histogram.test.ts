import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createDurationHistogram } from '../../src/duration-histogram.ts';
import { createMetrics } from '../../src/metrics.ts';

const NAME = 'a_duration_seconds';
const BUCKETS = [0.001, 0.01, 1];
const ROUTES = [
  { method: 'GET', route: '/a', status: '200' },
  { method: 'GET', route: '/a', status: '503' },
];
/** On a bound, below the first, between, above all; none at all for the second. */
const SECONDS = [0.001, 0.0004, 0.01, 0.5, 1, 2.25, 40];

test('what it tells a scraper is what prom-client’s own would', async () => {
  const metrics = createMetrics({ service: 's', instance: 'i' });
  const histogram = createDurationHistogram(metrics, { name: NAME, help: 'Time', buckets: BUCKETS });
  const registry = new Registry();
  registry.setDefaultLabels({ service: 's', instance: 'i' });
  const theirs = new Histogram({
    ...{ name: NAME, help: 'Time', buckets: BUCKETS, registers: [registry] },
    labelNames: ['method', 'route', 'status'],
  });
  const [busy, idle] = ROUTES as [(typeof ROUTES)[0], (typeof ROUTES)[0]];
  const series = histogram.series(busy);
  histogram.series(idle);
  theirs.zero(idle);
  for (const seconds of SECONDS) {
    series.observe(seconds);
    theirs.observe(busy, seconds);
  }
  expect(samples(await metrics.registry.metrics())).toEqual(samples(await registry.metrics()));
  expect(samples(await metrics.registry.metrics())).toHaveLength(2 * (BUCKETS.length + 3));
  expect(await metrics.registry.metrics()).toContain(`# TYPE ${NAME} histogram`);
});

/** Lines of the histogram, whatever the order of lines and labels. */
function samples(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith(NAME));
  return lines
    .map((line) => {
      const [, name, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
      return `${name} ${labels?.split(',').sort().join(',')} ${value}`;
    })
    .sort();
}
