// @ts-check
// One vitest run as a layer: shows its report, tells its time, returns its numbers.

import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProcess } from './processes.mjs';
import { seconds } from './progress.mjs';
import { dataRoot, repoRoot } from './repo.mjs';

/** @typedef {import('./tally-reporter.mjs').Tally} Tally */

/**
 * @param {string} layer
 * @returns {string}
 */
export function tallyFile(layer) {
  return join(dataRoot, 'tally', `${layer}.json`);
}

/** @returns {Tally} */
export function emptyTally() {
  return { passed: 0, failed: 0, skips: [], failures: [] };
}

/**
 * @param {...Tally} tallies
 * @returns {Tally}
 */
export function addTallies(...tallies) {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
    skips: tallies.flatMap(({ skips }) => skips),
    failures: tallies.flatMap(({ failures }) => failures),
  };
}

/**
 * @param {string} file
 * @param {boolean} ok how the run ended
 * @param {string} name of the run, for when it left no numbers
 * @returns {Tally} with at least one failure when the run failed
 */
export function readTally(file, ok, name) {
  const tally = existsSync(file)
    ? /** @type {Tally} */ (JSON.parse(readFileSync(file, 'utf8')))
    : emptyTally();
  if (ok || tally.failed > 0) return tally;
  return addTallies(tally, {
    ...emptyTally(),
    failed: 1,
    failures: [`${name} tests did not run to their end`],
  });
}

/**
 * @param {{ layer: string | undefined, files?: readonly string[], namePattern?: string | undefined, later?: boolean, workers?: number, half?: 1 | 2, env: NodeJS.ProcessEnv }} options
 *   `layer` is a vitest project, none means all; `namePattern` a part of test names; `later` keeps what it says until
 *   it has ended, for a layer that runs beside another; `workers` files at once (2); `half` of the layer's files only
 * @returns {Promise<Tally>}
 */
export async function runVitest({ layer, files = [], namePattern, later = false, workers = 2, half, env }) {
  const startedAt = performance.now();
  const name = `${layer ?? 'chosen'}${half ? `-${half}-of-2` : ''}`;
  const file = tallyFile(name);
  rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  const reportFile = join(dirname(file), `${name}.txt`);
  const output = later ? openSync(reportFile, 'w') : 'inherit';
  const vitest = await startProcess(
    'vitest',
    process.execPath,
    [
      join(repoRoot, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--passWithNoTests', '--root', repoRoot],
      ...(layer ? ['--project', layer] : []),
      ...['--maxWorkers', String(workers)],
      ...(half ? ['--shard', `${half}/2`] : []),
      ...(namePattern ? ['--testNamePattern', namePattern.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')] : []),
      ...files,
    ],
    {
      cwd: repoRoot,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env, SLUICE_TALLY: file },
    },
  );
  const [code] = await once(vitest.child, 'exit');
  if (typeof output === 'number') {
    closeSync(output);
    process.stdout.write(readFileSync(reportFile));
  }
  const tally = readTally(file, code === 0, name);
  if (namePattern) tally.skips = []; // the others were not asked for
  console.log(`${code === 0 ? '✓' : '✗'} ${name}  ${seconds(performance.now() - startedAt)}`);
  return tally;
}
