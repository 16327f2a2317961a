// @ts-check
// All layers in order: format, lint, types, layers, unused code, unit; then, on real stores, integration; then load and,
// beside it, one half of browser; then the other half.

import { createProgress } from './progress.mjs';
import { provisionPrograms, TEST_PROGRAMS } from './provision-programs.mjs';
import { provisionPassingStores } from './provision-stores.mjs';
import { describePure, PURE_LAYERS, runPureLayers } from './pure-layers.mjs';
import { addTallies, emptyTally, readTally, runVitest, tallyFile } from './run-vitest.mjs';

/**
 * @typedef {import('./tally-reporter.mjs').Tally} Tally
 * @returns {Promise<Tally>}
 */
export async function testEverything() {
  const progress = createProgress({ stream: process.stdout });
  // Programs install while the pure layers run; whatever fails there becomes a skip with its reason.
  const programs = provisionPrograms(TEST_PROGRAMS, progress);
  const stores = await provisionPassingStores({ name: 'test', progress });
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: stores.databaseUrl };

  const unit = tallyFile('unit');
  const pure = await runPureLayers({ ...PURE_LAYERS, unit: 'test:unit' }, { SLUICE_TALLY: unit });
  for (const result of pure) console.log(describePure(result));
  const checks = pure.filter(({ name }) => name !== 'unit');
  const unitOk = pure.every(({ name, ok }) => name !== 'unit' || ok);
  const tally = addTallies(
    {
      ...emptyTally(),
      passed: checks.filter(({ ok }) => ok).length,
      failed: checks.filter(({ ok }) => !ok).length,
      failures: checks
        .filter(({ ok }) => !ok)
        .map(({ name }) => `npm run ${name}`.replace('npm run ', 'npm run check:')),
    },
    readTally(unit, unitOk, 'unit'),
  );

  const { found, missing } = await programs;
  const all = { ...env, ...found, ...missing };
  const browserReason = missing.CHROMIUM_PATH_MISSING;
  // For the most part these files wait: for windows, leases and stores that come back. Two would leave both cores idle.
  const integration = await runVitest({ layer: 'integration', env: all, workers: 4 });
  const browser = (/** @type {1 | 2} */ half, /** @type {number} */ workers) =>
    runVitest({ layer: 'browser', half, env: all, workers, later: half === 1 });
  // Load wants the machine for itself; beside it half of the browser layer is for the most part a shopper who waits. With two
  // workers that would take both cores, and plays miss their windows.
  const [load, browserBeside] = await Promise.all([
    runVitest({ layer: 'load', env: all, workers: 1 }),
    browserReason
      ? { ...emptyTally(), skips: [{ name: 'all browser tests', reason: browserReason }] }
      : browser(1, 1),
  ]);
  const browserAfter = browserReason ? emptyTally() : await browser(2, 2);
  console.log(`all layers  ${progress.elapsedSeconds().toFixed(1)} s`);
  return addTallies(tally, integration, load, browserBeside, browserAfter);
}
