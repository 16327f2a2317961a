import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALERTS, runbookSlug } from '../../src/alerts.ts';
import { generate } from '../../src/generate.ts';
import * as thresholds from '../../src/thresholds.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const RUNBOOKS = new URL('../../../docs/runbooks/', import.meta.url);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

describe('what is generated', () => {
  test.each([...generate()])('%s is committed as it is generated', (path, text) => {
    expect(read(`../../${path}`), 'run "npm run generate -w dashboards"').toBe(text);
  });

  test('every panel has an id of its own, a description, and queries that say which data source they mean', () => {
    const { panels } = JSON.parse(generate().get('grafana/sluice.json') ?? '') as { panels: Panel[] };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.description, panel.title).toBeTruthy();
      expect(panel.datasource?.uid, panel.title).toBe('$datasource');
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
    }
  });
});

describe('alerts', () => {
  test('every alert has its runbook, which names it and its severity, and no runbook is without an alert', () => {
    const pages = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(ALERTS.map(({ alert }) => `${runbookSlug(alert)}.md`).sort());
    for (const { alert, severity } of ALERTS) {
      const page = readFileSync(new URL(`${runbookSlug(alert)}.md`, RUNBOOKS), 'utf8');
      expect(page).toContain(`\`${alert}\`, ${severity}`);
      for (const part of ['**What shoppers notice.**', '**Why it rings.**', '**Look at**', '**Do**'])
        expect(page, alert).toContain(part);
    }
  });

  test('every alert says in whole sentences what is wrong', () => {
    expect(new Set(ALERTS.map(({ alert }) => alert)).size).toBe(ALERTS.length);
    for (const { alert, summary, description } of ALERTS) {
      expect(summary, alert).toMatch(/^[A-Z{].*\.$/);
      expect(description, alert).toMatch(/\.$/);
    }
  });

  test('every threshold is used, and has its reason above it', () => {
    const rules = read('../../src/alerts.ts');
    const reasons = read('../../src/thresholds.ts');
    for (const name of Object.keys(thresholds)) {
      expect(rules, name).toContain(`limit.${name}`);
      // A duration may stand right under its threshold, with one reason for both.
      expect(reasons, name).toMatch(
        new RegExp(`(\\*/\\n|export const \\w+ = [\\d.]+;\\n)export const ${name} =`),
      );
    }
  });
});
