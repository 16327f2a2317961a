// @ts-check
// The test files somebody asked for, with no more provisioned than they name.

import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Failure } from './failure.mjs';
import { createProgress } from './progress.mjs';
import { provisionPrograms, TEST_PROGRAMS } from './provision-programs.mjs';
import { provisionPassingStores } from './provision-stores.mjs';
import { repoRoot } from './repo.mjs';
import { runVitest } from './run-vitest.mjs';

/**
 * @param {readonly string[]} wanted paths, parts of paths, or one part of test names
 * @returns {Promise<import('./tally-reporter.mjs').Tally>}
 */
export async function testSome(wanted) {
  const option = wanted.find((word) => word.startsWith('-'));
  if (option) throw new Failure(`Unknown argument "${option}": give a path or a name.`);
  const paths = wanted.map((word) => relative(repoRoot, resolve(word)));
  const all = testFiles();
  const files = all.filter((file) =>
    wanted.some((word, index) => file.includes(word) || file.startsWith(paths[index] ?? word)),
  );
  const byName = files.length === 0;
  if (byName && wanted.some((word) => word.includes('/')))
    throw new Failure(`No test file matches ${wanted.join(' ')}.`);

  const progress = createProgress({ stream: process.stdout });
  const sources = (byName ? all : files)
    .map((file) => readFileSync(resolve(repoRoot, file), 'utf8'))
    .join('\n');
  const named = TEST_PROGRAMS.filter((program) => !byName && sources.includes(program));
  const { found, missing } = await provisionPrograms(
    files.some((file) => file.includes('/browser/')) ? [...new Set([...named, 'CHROMIUM_PATH'])] : named,
    progress,
  );
  const stores = await provisionPassingStores({ name: 'test', progress });
  return runVitest({
    layer: undefined,
    files,
    namePattern: byName ? wanted.join(' ') : undefined,
    env: { REDIS_URL: stores.redisUrl, DATABASE_URL: stores.databaseUrl, ...found, ...missing },
  });
}

/** @returns {string[]} every test file, from the root of the tree */
export function testFiles() {
  return readdirSync(repoRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .flatMap(({ name }) =>
      readdirSync(resolve(repoRoot, name), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${name}/${path}`,
      ),
    )
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules/'));
}
