import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findStale } from '../../lib/planted-tree.mjs';
import { repoRoot } from '../../lib/repo.mjs';
import { listBugs } from '../../lib/teeth.mjs';

test('2.1, 3.16: every bug of npm run test:teeth can still be planted where it is run, and its test file is there', async () => {
  const bugs = await listBugs();
  expect(bugs.length).toBeGreaterThanOrEqual(16);
  for (const { name, file, replacements } of bugs) {
    expect(
      replacements.flatMap((one) => findStale(one) ?? []),
      name,
    ).toEqual([]);
    expect(existsSync(join(repoRoot, file)), `${name}: ${file}`).toBe(true);
  }
});
