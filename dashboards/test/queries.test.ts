import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, expect, test } from 'vitest';
import { shutDown } from '../../scripts/lib/processes.mjs';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { startStack } from '../../scripts/lib/stack.mjs';
import { ALERTS } from '../src/alerts.ts';
import { RECORDING_RULES } from '../src/recording-rules.ts';
import { startPrometheus } from './support/prometheus.ts';
import { buy, exceedLimit, joinLine, openDrop } from './support/shopper.ts';

/** What autoscaling reads. */
const SCALING_SIGNALS = [
  'sluice:waiting_shoppers',
  'sluice:joins:rate1m',
  'sluice:planned_entries_per_second',
  'sluice:sessions_inside',
  'sluice:streams_open',
  'sluice:checkout_requests_per_second_expected',
  'nodejs_eventloop_lag_p99_seconds{service="waiting-room"}',
  'nodejs_eventloop_lag_p99_seconds{service="checkout-api"}',
];

const folder = mkdtempSync(join(tmpdir(), 'sluice-dashboard-'));
afterAll(async () => {
  await shutDown();
  rmSync(folder, { recursive: true, force: true });
});

/** Every query of the committed dashboard, by the panel it is in. */
function dashboardQueries(): { title: string; expr: string }[] {
  const file = new URL('../grafana/sluice.json', import.meta.url);
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
}

/** Metric names of an expression: what is followed by neither a bracket nor an equals sign, outside of strings. */
function metricNames(expr: string): string[] {
  const bare = expr.replaceAll(/"[^"]*"/g, '').replaceAll(/\b(by|on)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/\b[a-z][a-z0-9]*[_:][a-z0-9_:]*\b(?!\s*[(=])/g)].map(([name]) => name);
}

/** Gates run beside a shop's proxy and are no part of the stack that is started here; `connector/test/gate.test.ts` reads those of one. */
function gateMetrics(): Set<string> {
  const source = readFileSync(new URL('../../connector/src/gate/gate-counts.ts', import.meta.url), 'utf8');
  return new Set([...source.matchAll(/# TYPE (\S+)/g)].map(([, name = '']) => name));
}

test('every query of the dashboard returns data from the running services, and every metric it names exists', {
  timeout: 180_000,
}, async (context) => {
  const program = requiredProgram('PROMETHEUS_PATH', context);
  const stack = await startStack({
    redisUrl: process.env.REDIS_URL ?? '',
    databaseUrl: process.env.DATABASE_URL ?? '',
    name: `dashboard-${process.pid}`,
    rooms: 2,
    storefront: false,
    logDir: join(folder, 'services'),
  });
  const prometheus = await startPrometheus(program, stack, join(folder, 'prometheus'));
  const drop = `dashboard-${process.pid}`;
  await openDrop(stack, drop);
  for (const room of stack.rooms)
    await waitUntil(async () => (await fetch(`${room.url}/v1/drops/${drop}/pulse`)).ok);
  await exceedLimit(stack);

  const queries = dashboardQueries().map(({ title, expr }) => ({
    title,
    expr: expr.replaceAll('$drop', drop).replaceAll('$__rate_interval', '15s'),
  }));
  expect(queries.length).toBeGreaterThan(40);
  const signals = SCALING_SIGNALS.map((expr) => ({ title: 'scaling signal', expr }));
  const recorded = RECORDING_RULES.map(({ record }) => ({ title: 'recorded', expr: record }));

  // Shoppers keep coming while Prometheus collects, so that every rate has something to tell.
  let empty: string[] = [];
  const deadline = performance.now() + 90_000;
  do {
    await joinLine(stack, drop);
    await buy(stack, drop);
    empty = [];
    for (const { title, expr } of [...queries, ...signals, ...recorded]) {
      const samples = await prometheus.query(expr);
      if (!samples.some(({ value }) => Number.isFinite(value))) empty.push(`${title}: ${expr}`);
    }
  } while (empty.length > 0 && performance.now() < deadline);
  expect(empty).toEqual([]);

  const known = await prometheus.names();
  const named = [...queries, ...ALERTS, ...RECORDING_RULES].flatMap(({ expr }) => metricNames(expr));
  const ofGates = gateMetrics();
  expect([...new Set(named)].filter((name) => !known.has(name) && !ofGates.has(name))).toEqual([]);
  expect(await prometheus.brokenRules()).toEqual([]);
});
