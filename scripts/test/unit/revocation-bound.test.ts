// Three parts tell each other who was revoked, none of which loads another; that a revocation is known everywhere within 5 s is
// a sum over all of them (ADR 0126). So their constants are read where they stand.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';

/** Left for asking and answering between the parts. */
const UNDER_WAY_MS = 400;

function constant(file: string, name: string): number {
  const source = readFileSync(join(repoRoot, file), 'utf8');
  const value = Number(new RegExp(`^(?:export )?const ${name} = (\\d+);$`, 'm').exec(source)?.[1]);
  expect(value, `${name} in ${file}`).toBeGreaterThan(0);
  return value;
}

test('3.21: what the parts may keep of an older list adds up to less than 5 s', () => {
  const parts = [
    // A round begins up to a twentieth late (`repeat`).
    constant('checkout-api/src/plugins/jobs.ts', 'reportEveryMs') * 1.05,
    constant('waiting-room/src/queue/revocations.ts', 'FRESH_MS'),
    constant('waiting-room/src/routes/public.ts', 'REVOCATIONS_CACHED_SECONDS') * 1000,
    constant('connector/src/revocations.ts', 'STALE_AFTER_MS'),
  ];
  expect(parts.reduce((sum, ms) => sum + ms, UNDER_WAY_MS)).toBeLessThanOrEqual(5000);
});
