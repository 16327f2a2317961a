// @ts-check
// Runs the connector's tests against one planted fault after another, in one process: `import` with a number behind each address makes
// everything of the connector anew, with the fault in it, and costs a tenth of a new process. It stands in for vitest by the same
// `expect` and the few words that these tests use. Told `{ id, file, text }` by its parent, it answers `{ id, passed, what }`.

import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @typedef {{ name: string, run: () => unknown }} Case */
/** @typedef {Record<'before' | 'beforeEach' | 'afterEach' | 'after', (() => unknown)[]> & { cases: Case[] }} Suite */

const TESTS = process.argv.slice(2);
/** A fault may make a test wait for ever. */
const CASE_MS = 8000;

/** @type {{ id: number, file: string, text: string }} */
let planted = { id: 0, file: '', text: '' };
/** @type {Map<string, string>} */
const stripped = new Map();
const CONNECTOR = new URL('../../connector/', import.meta.url).href;
const VITEST = new URL('./mutation-vitest.mjs', import.meta.url).href;

const resets = () => /** @type {{ sluiceResets: number }} */ (/** @type {unknown} */ (globalThis));
resets().sluiceResets = 0;

registerHooks({
  resolve(specifier, context, next) {
    const isOurs = context.parentURL?.startsWith(CONNECTOR);
    if (specifier === 'vitest' && isOurs) return { url: VITEST, shortCircuit: true };
    const resolved = next(specifier, context);
    if (!resolved.url.startsWith(CONNECTOR) || resolved.url.includes('?')) return resolved;
    return { ...resolved, url: `${resolved.url}?fault=${planted.id}.${resets().sluiceResets}` };
  },
  load(url, context, next) {
    if (!url.startsWith(CONNECTOR) || !url.includes('.ts?fault=')) return next(url, context);
    const path = fileURLToPath(url.split('?')[0] ?? '');
    let source = stripped.get(path);
    if (path === planted.file) source = stripTypeScriptTypes(planted.text);
    else if (source === undefined) {
      source = stripTypeScriptTypes(readFileSync(path, 'utf8'));
      stripped.set(path, source);
    }
    return { format: 'module', source, shortCircuit: true };
  },
});

/** @param {Promise<unknown>} work @param {string} name */
function within(work, name) {
  return Promise.race([
    work,
    new Promise((_, reject) => setTimeout(() => reject(new Error(`${name} hangs`)), CASE_MS).unref()),
  ]);
}

async function runAll() {
  for (const file of TESTS) {
    /** @type {Suite} */
    const suite = { before: [], beforeEach: [], afterEach: [], after: [], cases: [] };
    Object.assign(globalThis, { sluiceSuite: suite });
    await within(import(`${pathToFileURL(file).href}?fault=${planted.id}`), file);
    try {
      for (const act of suite.before) await within(Promise.resolve(act()), file);
      for (const { name, run } of suite.cases) {
        for (const act of suite.beforeEach) await act();
        try {
          await within(
            Promise.resolve().then(() => run()),
            name,
          );
        } finally {
          for (const act of suite.afterEach) await act();
        }
      }
    } finally {
      for (const act of suite.after.reverse()) await Promise.resolve(act()).catch(() => {});
    }
  }
}

// What a broken version throws behind our back is a fault that was noticed.
let strayed = '';
process.on('unhandledRejection', (error) => {
  strayed = String(error);
});
process.on('message', async (/** @type {typeof planted} */ message) => {
  planted = message;
  strayed = '';
  let what = '';
  try {
    await runAll();
    what = strayed;
  } catch (error) {
    what = String(/** @type {Error} */ (error)?.message ?? error).split('\n')[0] ?? '';
    what ||= 'failed';
  }
  process.send?.({ id: planted.id, passed: what === '', what });
});
process.send?.('ready');
