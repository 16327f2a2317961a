// @ts-check
// One service as a process: its log goes straight to a file, and it counts as started when that file holds the
// line in which the service says that it listens.

import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { hasEnded, startProcess, stopProcess } from './processes.mjs';
import { tailOf, waitFor } from './wait-for.mjs';

const START_MS_MAX = 30_000;

/**
 * @typedef {import('./processes.mjs').Managed} Managed
 * @typedef {object} Service
 * @property {string} name
 * @property {string} url where shoppers (or operators) reach it
 * @property {string} internalUrl its metrics and internal routes
 * @property {number} pid of the current process
 * @property {string} logFile JSON lines; a restart appends
 * @property {Managed} process the current process
 * @property {() => Promise<void>} restart
 *
 * @typedef {object} ServiceOptions
 * @property {string} name
 * @property {string} root the working tree it runs from
 * @property {string} entry file within `root`
 * @property {number} port
 * @property {number} internalPort
 * @property {string} logDir
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [publicUrl]
 */

/**
 * @param {ServiceOptions} options
 * @returns {Promise<Service>}
 */
export async function startService(options) {
  const { name, port, internalPort, logDir } = options;
  const logFile = join(logDir, `${name}.log`);
  closeSync(openSync(logFile, 'w'));
  let current = await launch(options, logFile);
  return {
    name,
    url: options.publicUrl ?? `http://127.0.0.1:${port}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    get pid() {
      return current.pid;
    },
    get process() {
      return current;
    },
    logFile,
    async restart() {
      await stopProcess(current);
      current = await launch(options, logFile);
    },
  };
}

/**
 * @param {ServiceOptions} options
 * @param {string} logFile
 * @returns {Promise<Managed>}
 */
async function launch({ name, root, entry, port, internalPort, env }, logFile) {
  const file = join(root, entry);
  if (!existsSync(file)) throw new Failure(`${name} has no entry at ${file}`);
  const before = statSync(logFile).size;
  const log = openSync(logFile, 'a');
  const args = ['--disable-warning=ExperimentalWarning', file];
  const started = await startProcess(name, process.execPath, args, {
    cwd: root,
    stdio: ['ignore', log, log],
    env: { ...basicEnvironment(), ...env, PORT: String(port), INTERNAL_PORT: String(internalPort) },
  });
  closeSync(log);
  await waitFor({
    isReady: () => readFileSync(logFile).subarray(before).includes('"msg":"listening"'),
    hasFailed: () => hasEnded(started),
    timeoutMs: START_MS_MAX,
    describe: () =>
      `${name} ${hasEnded(started) ? 'ended while starting' : `did not listen within ${START_MS_MAX / 1000} s`}. ` +
      `The end of ${logFile}:\n${tailOf(logFile)}`,
  }).catch(async (error) => {
    await stopProcess(started);
    throw error;
  });
  return started;
}

/** A service sees what it is given, never what happens to be set in the shell (such as another REDIS_URL or PORT). */
function basicEnvironment() {
  const { PATH, HOME, TMPDIR, TZ, LANG, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, TMPDIR, TZ, LANG, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE };
}
