// The lockfile: what it may say, and when an installation is due.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dependenciesMatch } from '../../lib/dependencies-match.mjs';
import { repoRoot } from '../../lib/repo.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const wanted = {
  '': { version: '1.0.0' },
  'service-kit': { version: '1.0.0' },
  'node_modules/@sluice/service-kit': { link: true },
  'node_modules/pg': { version: '8.0.0' },
  'load/node_modules/pg': { version: '7.0.0' },
  'node_modules/for-another-platform': { version: '1.0.0', optional: true },
};

function matches(installed: Record<string, object> | undefined): boolean {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  mkdirSync(join(root, 'node_modules'));
  if (installed) {
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  return dependenciesMatch(root);
}

const complete = {
  'node_modules/@sluice/service-kit': { link: true },
  'node_modules/pg': { version: '8.0.0' },
  'load/node_modules/pg': { version: '7.0.0' },
};

test('a complete installation is left alone, without the packages of other platforms', () => {
  expect(matches(complete)).toBe(true);
});

test.each([
  ['nothing is installed', undefined],
  ['a package is missing', { ...complete, 'node_modules/pg': undefined }],
  ['a package has another version', { ...complete, 'node_modules/pg': { version: '8.0.1' } }],
  ['a nested package has another version', { ...complete, 'load/node_modules/pg': { version: '8.0.0' } }],
  ['a workspace is not linked', { ...complete, 'node_modules/@sluice/service-kit': undefined }],
  [
    'an optional package has another version',
    { ...complete, 'node_modules/for-another-platform': { version: '2.0.0' } },
  ],
])('an installation is due when %s', (_when, installed) => {
  expect(matches(installed as Record<string, object> | undefined)).toBe(false);
});

test('the lockfile records no download address, and a checksum for every package', () => {
  const lock = JSON.parse(readFileSync(join(repoRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; link?: boolean; integrity?: string }>;
  };
  for (const [path, { resolved, link, integrity }] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || link) continue;
    expect({ path, resolved }).toEqual({ path, resolved: undefined });
    expect(integrity, path).toMatch(/^sha512-/);
  }
});
