// @ts-check
// The layers of checking that read the tree and nothing else. turbo runs them side by side and replays those whose
// inputs have not changed.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataRoot, repoRoot } from './repo.mjs';
import { runCommand } from './run-command.mjs';

/** Name of a layer and the script in package.json that is it, in the order they are told. */
export const PURE_LAYERS = {
  format: 'check:format',
  lint: 'check:lint',
  types: 'check:types',
  layers: 'check:layers',
  unused: 'check:unused',
};

/** @typedef {{ name: string, ok: boolean, seconds: number, replayed: boolean }} PureResult */

/**
 * @param {Readonly<Record<string, string>>} layers name → script
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<PureResult[]>} in the order given; what a failed one printed has been shown
 */
export async function runPureLayers(layers, env = {}) {
  const runs = join(repoRoot, '.turbo', 'runs');
  rmSync(runs, { recursive: true, force: true });
  mkdirSync(dataRoot, { recursive: true });
  const tasks = Object.values(layers).map((script) => `//#${script}`);
  const options = [
    ...['--continue=always', '--concurrency=2', '--summarize', '--output-logs=errors-only'],
    ...['--log-order=grouped', '--no-update-notifier', '--ui=stream'],
  ];
  const turbo = join(repoRoot, 'node_modules', '.bin', 'turbo');
  const { code, output } = await runCommand(turbo, ['run', ...tasks, ...options], {
    cwd: repoRoot,
    env: { ...process.env, ...env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  if (code !== 0) process.stderr.write(`${output}\n`);
  const [summary] = readdirSync(runs);
  if (!summary) throw new Error('turbo left no summary');
  const { tasks: results } = /** @type {{ tasks: TurboTask[] }} */ (
    JSON.parse(readFileSync(join(runs, summary), 'utf8'))
  );
  return Object.entries(layers).map(([name, script]) => {
    const result = results.find(({ taskId }) => taskId === `//#${script}`);
    const { startTime = 0, endTime = 0, exitCode = 1 } = result?.execution ?? {};
    return {
      name,
      ok: exitCode === 0,
      seconds: (endTime - startTime) / 1000,
      replayed: result?.cache.status === 'HIT',
    };
  });
}

/** @typedef {{ taskId: string, cache: { status: string }, execution?: { startTime: number, endTime: number, exitCode?: number } }} TurboTask */

/**
 * @param {PureResult} result
 * @returns {string}
 */
export function describePure({ name, ok, seconds, replayed }) {
  return `${ok ? '✓' : '✗'} ${name}  ${seconds.toFixed(1)} s${replayed ? ' (unchanged, replayed)' : ''}`;
}
