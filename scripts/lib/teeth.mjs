// @ts-check
// Tries the tests: plants one bug after another in a copy of the tree and sees whether the test that is named for it
// goes red. A test that stays green guards nothing; a bug that can't be planted any more is a fault of the list.

import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findStale, plantTree } from './planted-tree.mjs';
import { startProcess } from './processes.mjs';
import { repoRoot } from './repo.mjs';

/**
 * @typedef {import('./planted-tree.mjs').Replacement} Replacement
 * @typedef {object} Bug
 * @property {string} name what is wrong, in a few words
 * @property {string} file of the test, from the root of the tree
 * @property {string} test name of the test, or a part that only it has
 * @property {readonly Replacement[]} replacements
 * @typedef {{ name: string, ok: boolean, why: string }} Bite
 */

/** Where each workspace lists its bugs: a module that exports `BUGS`. */
const LIST = 'test/teeth/bugs.mjs';
/** Copies tested side by side. */
const AT_ONCE = 2;

/**
 * @param {string} [part] only those whose name or test contains it
 * @returns {Promise<Bug[]>}
 */
export async function listBugs(part = '') {
  const lists = readdirSync(repoRoot)
    .map((folder) => join(repoRoot, folder, LIST))
    .filter((file) => existsSync(file));
  const modules = await Promise.all(lists.map((file) => import(pathToFileURL(file).href)));
  return modules
    .flatMap(({ BUGS }) => /** @type {Bug[]} */ (BUGS))
    .filter(({ name, file, test }) => `${name} ${file} ${test}`.includes(part));
}

/**
 * @param {readonly Bug[]} bugs
 * @param {{ env: NodeJS.ProcessEnv, tell: (bite: Bite) => void }} options `env` has the stores
 * @returns {Promise<Bite[]>} the unbroken tree first
 */
export async function tryTeeth(bugs, { env, tell }) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-teeth-'));
  try {
    const sound = await trySound(bugs, join(folder, 'sound.json'), env);
    tell(sound);
    const bites = [sound];
    const left = [...bugs.entries()];
    const tryRest = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [at, bug] = next;
        const bite = await tryBug(bug, join(folder, String(at)), env);
        bites.push(bite);
        tell(bite);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, tryRest));
    return bites;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {readonly Bug[]} bugs
 * @param {string} report
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Bite>}
 */
async function trySound(bugs, report, env) {
  const files = [...new Set(bugs.map(({ file }) => file))];
  const pattern = bugs.map(({ test }) => quote(test)).join('|');
  const results = await runTests(repoRoot, files, pattern, report, env);
  const faults = bugs.flatMap((bug) => {
    const stale = bug.replacements.map(findStale).find(Boolean);
    const found = results.filter(({ title }) => title.includes(bug.test));
    if (stale) return [`"${bug.name}" can't be planted: ${stale}`];
    if (found.length === 0) return [`there is no test "${bug.test}"`];
    return found.some(({ status }) => status !== 'passed') ? [`"${bug.test}" is red without a bug`] : [];
  });
  return { name: 'the unbroken tree', ok: faults.length === 0, why: faults.join('; ') || 'green' };
}

/**
 * @param {Bug} bug
 * @param {string} root of the copy
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Bite>}
 */
async function tryBug({ name, file, test, replacements }, root, env) {
  try {
    plantTree(root, replacements);
  } catch (error) {
    return { name, ok: false, why: /** @type {Error} */ (error).message };
  }
  const results = await runTests(root, [file], quote(test), `${root}.json`, env);
  rmSync(root, { recursive: true, force: true });
  const red = results.some(({ title, status }) => title.includes(test) && status === 'failed');
  return { name, ok: red, why: `${red ? 'red' : 'STAYED GREEN'}: ${test}` };
}

/**
 * @param {string} root
 * @param {readonly string[]} files
 * @param {string} pattern
 * @param {string} report
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ title: string, status: string }[]>}
 */
async function runTests(root, files, pattern, report, env) {
  mkdirSync(join(root, '.sluice'), { recursive: true });
  const { child } = await startProcess(
    'vitest',
    process.execPath,
    [
      join(repoRoot, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--root', root, '--reporter=json', `--outputFile=${report}`, '--testNamePattern', pattern],
      ...files,
    ],
    { cwd: root, stdio: 'ignore', env: { ...process.env, ...env } },
  );
  await once(child, 'exit');
  if (!existsSync(report)) return [];
  /** @type {{ testResults: { assertionResults: { title: string, status: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return testResults.flatMap(({ assertionResults }) => assertionResults);
}

/** @param {string} text */
function quote(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
