// @ts-check
// The ground of every script: the dependencies the lockfile names, and Node 24 to run the rest on. Works on any
// Node from 20 on, with nothing installed.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { dependenciesMatch } from './dependencies-match.mjs';
import { Failure } from './failure.mjs';
import { exclusively } from './pid-file.mjs';
import { createProgress } from './progress.mjs';
import { dataRoot, repoRoot } from './repo.mjs';
import { runCommand } from './run-command.mjs';

const NODE_MAJOR = 24;
const binFolder = join(repoRoot, 'node_modules', '.bin');

/**
 * Installs what is missing and, when this process does not run on the wanted Node, runs the same script again on
 * it and ends with its exit code. After this returns, `node` on PATH is Node 24 or newer.
 */
export async function provisionNode() {
  process.env.SLUICE_STARTED_AT ??= String(performance.timeOrigin);
  if (!dependenciesMatch(repoRoot)) {
    // Two installations at once would delete each other's files: the second command waits for the first.
    await createProgress().step('dependencies (npm ci)', () =>
      exclusively(join(dataRoot, 'installing.pid'), async () => {
        if (!dependenciesMatch(repoRoot)) await installDependencies();
      }),
    );
    process.env.SLUICE_FIRST_RUN = '1';
  }
  const own = join(binFolder, 'node');
  const hasOwn = existsSync(own);
  process.env.PATH = [binFolder, process.env.PATH ?? ''].join(delimiter);
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return;
  if (!hasOwn || process.env.SLUICE_REEXECUTED) {
    throw new Failure(
      `Node ${NODE_MAJOR} or newer is needed (this is ${process.versions.node}) and npm has no binary of it for ` +
        `${process.platform}-${process.arch}: install it from https://nodejs.org or run "nvm install ${NODE_MAJOR}".`,
    );
  }
  process.exit(await runAgainOn(own));
}

/** Install scripts are off: npm 10 would run them and npm 11 would not; nothing here needs one. */
async function installDependencies() {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // Left alone, npm would go on when this process is gone, and collide with the next run's.
  const stop = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      stop.abort();
    });
  }
  const { code, output } = await runCommand(command, args, {
    cwd: repoRoot,
    env: installEnvironment(),
    signal: stop.signal,
  });
  if (stop.signal.aborted) process.exit();
  if (code !== 0) throw new Failure(`"npm ci" failed:\n${output}\nMend that and run this again.`);
}

/** npm hands its own settings down to what it runs; only those about the registry may reach the installation. */
function installEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|command)/.test(name)),
  );
}

/**
 * Ctrl-C reaches both processes from the terminal, so this one only waits; other signals are handed on. The child
 * sees the end of this process by its closed channel.
 * @param {string} node
 * @returns {Promise<number>} the exit code
 */
function runAgainOn(node) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, process.argv.slice(1), {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, SLUICE_REEXECUTED: '1' },
    });
    process.on('SIGINT', () => {});
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => child.kill(signal));
    }
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
