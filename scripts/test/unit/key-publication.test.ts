// Room and verifiers load nothing of each other; that everybody knows a key when it begins to sign is a sum over both (ADR 0150).
// So their constants are read where they stand.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';

/** What operators are told to wait between publishing a key and signing by it. */
const PUBLISHED_BEFORE_MS = 300_000;

const read = (file: string) => readFileSync(join(repoRoot, file), 'utf8');
function constant(file: string, name: string): number {
  const [, digits = ''] = new RegExp(`^const ${name} = ([\\d_]+);$`, 'm').exec(read(file)) ?? [];
  const value = Number(digits.replaceAll('_', ''));
  expect(value, `${name} in ${file}`).toBeGreaterThan(0);
  return value;
}

test('Q31, 5.11: a key that is published as long as operators are told is known to every verifier when it signs', () => {
  const parts = [
    constant('waiting-room/src/routes/public.ts', 'KEYS_CACHED_SECONDS') * 1000,
    constant('connector/src/key-set.ts', 'ASK_AGAIN_AFTER_MS'),
    constant('connector/src/key-set.ts', 'FETCH_TIMEOUT_MS'),
  ];
  expect(parts.reduce((sum, ms) => sum + ms)).toBeLessThan(PUBLISHED_BEFORE_MS);
  expect(constant('connector/src/key-set.ts', 'REFRESH_AFTER_MS')).toBeLessThanOrEqual(PUBLISHED_BEFORE_MS);
  for (const file of ['SECURITY.md', 'connector/README.md'])
    expect(read(file)).toMatch(/5 minutes (?:before|later)/);
});

test('Q31: no cache is allowed to hand out an older list of keys while instances answer', () => {
  const source = read('waiting-room/src/routes/public.ts');
  expect(source).toMatch(/^const KEYS = `public, max-age=\$\{KEYS_CACHED_SECONDS\}, stale-if-error=\d+`;$/m);
});
