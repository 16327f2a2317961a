// The numbers at the end of `npm test` are those of vitest, and a run that breaks off is never counted as green.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';
import { addTallies, emptyTally, readTally } from '../../lib/run-vitest.mjs';
import type { Tally } from '../../lib/tally-reporter.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tally-'));
  await symlink(join(repoRoot, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function tallyOf(source: string): Promise<Tally> {
  await writeFile(
    join(folder, 'some.test.ts'),
    `import { beforeAll, expect, test } from 'vitest';\n${source}`,
  );
  const reporter = join(repoRoot, 'scripts/lib/tally-reporter.mjs');
  const vitest = join(repoRoot, 'node_modules/vitest/vitest.mjs');
  const file = join(folder, 'tally.json');
  const run = spawn(process.execPath, [vitest, 'run', '--root', folder, '--reporter', reporter], {
    stdio: 'ignore',
    env: { ...process.env, SLUICE_TALLY: file },
  });
  await once(run, 'exit');
  return JSON.parse(await readFile(file, 'utf8')) as Tally;
}

test('passed, failed and skipped tests are counted, each skip with its reason', async () => {
  const tally = await tallyOf(`
    test('right', () => {});
    test('wrong', () => expect(1).toBe(2));
    test('elsewhere', ({ skip }) => skip('no such program here'));
  `);
  expect(tally).toEqual({
    passed: 1,
    failed: 1,
    skips: [{ name: 'some.test.ts > elsewhere', reason: 'no such program here' }],
    failures: ['some.test.ts > wrong'],
  });
});

test('a file that cannot be loaded counts as a failure', async () => {
  expect((await tallyOf("throw new Error('broken');")).failed).toBe(1);
});

test('a rejection nobody handles counts as a failure', async () => {
  const tally = await tallyOf("test('quiet', async () => { void Promise.reject(new Error('lost')); });");
  expect(tally).toMatchObject({ passed: 1, failed: 1 });
  expect(tally.failures[0]).toContain('lost');
});

test('a failed hook counts as a failure', async () => {
  expect((await tallyOf("beforeAll(() => { throw new Error('no'); }); test('x', () => {});")).failed).toBe(1);
});

test('a run that left no numbers counts as a failure', () => {
  expect(readTally(join(folder, 'none.json'), false, 'integration')).toMatchObject({ failed: 1 });
});

test('numbers of several layers add up', () => {
  const one: Tally = { passed: 2, failed: 1, skips: [{ name: 'a', reason: 'b' }], failures: ['c'] };
  expect(addTallies(emptyTally(), one, one)).toMatchObject({ passed: 4, failed: 2 });
});
