// @ts-check
// `npm run test:mutation [-- <part of a file's name>]`: plants one small fault after another into the connector's core, in memory, and
// runs its tests against each. Prints the faults that no test noticed and the share that was; ends with 1 below 90 %.

import { runEntry } from './lib/entry.mjs';

/** The core: what decides about admissions. Adapters and gate have tests of their own in their frameworks. */
const CORE = [
  ...['bind-of', 'callback', 'claims', 'cookies', 'create-admission-verifier', 'create-connector'],
  ...['key-set', 'path-rules', 'problem', 'read-text', 'recent', 'refusals', 'rehearsals'],
  ...['return-path', 'revocations', 'same-text', 'verify-admission-token', 'verify-signature'],
].map((name) => `connector/src/${name}.ts`);

/** Those that notice most first. */
const TESTS = [
  ...[
    'unit/same-text',
    'unit/return-path',
    'unit/recent',
    'unit/core-edges',
    'create-admission-verifier',
    'create-connector',
  ],
  ...['callback', 'key-set', 'mode', 'verify-admission-token', 'revocations', 'rehearsals'],
  ...['edge', 'vectors', 'testing'],
].map((name) => `connector/test/${name}.test.ts`);

const SCORE_MIN = 0.9;
/** One that makes the process hang is noticed, too. */
const HANG_MS = 30_000;
const WORKERS = 2;

await runEntry(async () => {
  const { fork } = await import('node:child_process');
  const { readFileSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { mutantsOf } = await import('./lib/mutants.mjs');
  const { repoRoot } = await import('./lib/repo.mjs');
  const wanted = process.argv.slice(2);
  const files = CORE.filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

  const startWorker = () =>
    new Promise((resolve) => {
      const tests = TESTS.map((file) => join(repoRoot, file));
      const child = fork(join(repoRoot, 'scripts/lib/mutation-worker.mjs'), tests, { cwd: repoRoot });
      child.once('message', () => resolve(child));
    });

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {{ id: number, file: string, text: string }} planted
   * @returns {Promise<{ passed: boolean, what: string, hangs?: boolean }>}
   */
  const ask = (child, planted) =>
    new Promise((resolve) => {
      const done = (/** @type {any} */ answer) => {
        clearTimeout(timer);
        child.off('message', done).off('exit', ended);
        resolve(answer);
      };
      const ended = () => done({ passed: false, what: 'the process ended', hangs: true });
      const timer = setTimeout(() => done({ passed: false, what: 'hangs', hangs: true }), HANG_MS);
      child.on('message', done).on('exit', ended);
      child.send(planted);
    });

  const work = files.flatMap((file) => {
    const path = join(repoRoot, file);
    const source = readFileSync(path, 'utf8');
    return mutantsOf(file, source).map((mutant) => ({ file, path, source, mutant, passed: false }));
  });
  let next = 0;
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      let child = await startWorker();
      const honest = await ask(child, { id: 0, file: '', text: '' });
      if (!honest.passed) throw new Error(`without any fault: ${honest.what}`);
      while (next < work.length) {
        const id = ++next;
        const one = /** @type {typeof work[number]} */ (work[id - 1]);
        const { source, mutant, path } = one;
        const text = source.slice(0, mutant.start) + mutant.text + source.slice(mutant.end);
        const { passed, hangs } = await ask(child, { id, file: path, text });
        one.passed = passed;
        if (hangs) {
          child.kill('SIGKILL');
          child = await startWorker();
        }
      }
      child.kill();
    }),
  );
  for (const file of files) {
    const ofFile = work.filter((one) => one.file === file);
    const survivors = ofFile.filter(({ passed }) => passed);
    console.log(`${file}: ${ofFile.length - survivors.length} of ${ofFile.length}`);
    for (const { mutant } of survivors) console.log(`  not noticed, line ${mutant.line}: ${mutant.what}`);
  }
  const noticed = work.filter(({ passed }) => !passed).length;
  const score = work.length === 0 ? 0 : noticed / work.length;
  console.log(`${noticed} of ${work.length} faults noticed: ${(score * 100).toFixed(1)} %`);
  return score >= SCORE_MIN ? 0 : 1;
});
