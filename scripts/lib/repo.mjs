// @ts-check
// Where things are: the root of this working tree and the git-ignored folder that holds everything the scripts
// make (stores, keys, logs, fetched programs).

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the working tree. */
export const repoRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Git-ignored folder for data, keys, logs and programs made by the scripts. */
export const dataRoot = join(repoRoot, '.sluice');
