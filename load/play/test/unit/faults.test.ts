import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../../../../scripts/lib/repo.mjs';
import { FAULTS } from '../../sabotage/faults.ts';

test.each(Object.entries(FAULTS))(
  '1.4: the fault %s can be planted: what it replaces stands in the services exactly once',
  (_name, { replacements }) => {
    for (const { file, find, replace } of replacements) {
      expect(readFileSync(join(repoRoot, file), 'utf8').split(find), `${file}: ${find}`).toHaveLength(2);
      expect(replace).not.toBe(find);
    }
  },
);
