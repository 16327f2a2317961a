/** `npm run load -- opening`, briefly: real k6 against real services, and the verdict from the stores. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../../../scripts/lib/repo.mjs';
import { requiredProgram } from '../../../scripts/lib/required-program.mjs';

const TIMEOUT_MS = 240_000;

function load(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS - 10_000, maxBuffer: 10_000_000 };
    execFile(process.execPath, [join(repoRoot, 'load/k6/main.ts'), ...args], options, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test(
  '1.13: an opening under k6 meets its thresholds, and the stores agree that every promise was kept',
  async (context) => {
    requiredProgram('K6_PATH', context);
    const { code, out, err } = await load('opening', '--short', '--json');
    const last = out.trimEnd().split('\n').at(-1) ?? '';
    const verdict = last.startsWith('{') ? JSON.parse(last) : { faults: [err.slice(-3000)] };
    expect(verdict.faults).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, oversold: 0, orderInversions: 0, rateBoundViolations: 0 });
    expect(verdict.ordersPaid).toBeGreaterThan(0);
    expect(verdict.requests).toBeGreaterThan(verdict.shoppers);
    expect(code).toBe(0);
  },
  TIMEOUT_MS,
);
