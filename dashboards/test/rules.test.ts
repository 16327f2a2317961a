import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { runCommand } from '../../scripts/lib/run-command.mjs';
import { ALERTS, runbookSlug } from '../src/alerts.ts';
import { RULE_CASES, type RuleCase } from './support/rule-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RULES = ['recording-rules.yaml', 'alerts.yaml'].map((file) =>
  fileURLToPath(new URL(`../prometheus/${file}`, import.meta.url)),
);
const INTERVAL_SECONDS = 15;

const promtool = (context: { skip: (reason: string) => never }) =>
  join(dirname(requiredProgram('PROMETHEUS_PATH', context)), 'promtool');

function secondsOf(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)([sm])$/.exec(duration) ?? [];
  return Number(count) * (unit === 'm' ? 60 : 1);
}

/** One promtool run: at `atSeconds` the alert rings as described, or does not. */
function ruleTest(
  alert: (typeof ALERTS)[number],
  series: RuleCase['quiet'],
  atSeconds: number,
  says?: RuleCase,
) {
  return {
    interval: `${INTERVAL_SECONDS}s`,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      {
        eval_time: `${atSeconds}s`,
        alertname: alert.alert,
        exp_alerts: says
          ? [
              {
                exp_labels: { severity: alert.severity, ...says.labels },
                exp_annotations: {
                  summary: says.summary,
                  description: says.description,
                  runbook_url: `https://sluice.dev/runbooks/${runbookSlug(alert.alert)}`,
                },
              },
            ]
          : [],
      },
    ],
  };
}

describe('alerts ring when they should, and only then', () => {
  test('every alert has a case here', () => {
    expect(Object.keys(RULE_CASES)).toEqual(ALERTS.map(({ alert }) => alert));
  });

  test.for(ALERTS)('$alert: both sides of the threshold, both sides of `for`', async (alert, context) => {
    const rule = RULE_CASES[alert.alert] as RuleCase;
    const ringsAt = rule.fromSeconds + secondsOf(alert.for);
    const file = join(folder, `${alert.alert}.yaml`);
    writeFileSync(
      file,
      stringify({
        rule_files: RULES,
        evaluation_interval: `${INTERVAL_SECONDS}s`,
        group_eval_order: ['sluice-recorded', 'sluice-alerts'],
        tests: [
          ruleTest(alert, rule.quiet, ringsAt + 300),
          ruleTest(alert, rule.ringing, ringsAt - INTERVAL_SECONDS),
          ruleTest(alert, rule.ringing, ringsAt, rule),
        ],
      }),
    );
    const { code, output } = await runCommand(promtool(context), ['test', 'rules', file]);
    expect(code, output).toBe(0);
  });

  test('promtool finds nothing wrong with the rules and the example configuration', async (context) => {
    const example = fileURLToPath(new URL('../prometheus/prometheus.example.yaml', import.meta.url));
    const { code, output } = await runCommand(promtool(context), ['check', 'config', example]);
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/WARNING|FAILED/);
  });
});
