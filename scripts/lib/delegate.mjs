// @ts-check
// Runs a program of `load/` on provisioned stores: hands it the arguments, leaves stdout to it alone (its last line
// may be the result), and passes its exit code on.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { demandDurability } from './durability.mjs';
import { Failure } from './failure.mjs';
import { startProcess } from './processes.mjs';
import { createProgress } from './progress.mjs';
import { provisionPassingStores } from './provision-stores.mjs';
import { repoRoot } from './repo.mjs';

/** Such a program takes its own services down with it; that takes a moment. */
const GRACE_MS = 20_000;

/**
 * @param {{ name: string, file: string, args: readonly string[], programs?: Record<string, (note: (text: string) => void) => Promise<string>> }} options
 *   `file` from the root of the tree; `programs` are provisioned too, their paths go into the environment by name
 * @returns {Promise<number>} the program's exit code
 */
export async function delegate({ name, file, args, programs = {} }) {
  const path = join(repoRoot, file);
  if (!existsSync(path)) throw new Failure(`${file} is missing from this working tree.`);
  const progress = createProgress();
  const provisioned = Object.entries(programs).map(async ([variable, provision]) => [
    variable,
    await progress.step(variable.replace(/_PATH$/, '').toLowerCase(), provision),
  ]);
  const stores = await provisionPassingStores({ name, progress });
  await progress.step('durability', (note) => demandDurability(stores, note));
  const child = await startProcess(name, process.execPath, [path, ...args], {
    cwd: process.cwd(),
    stdio: 'inherit',
    graceMs: GRACE_MS,
    env: {
      ...process.env,
      ...Object.fromEntries(await Promise.all(provisioned)),
      REDIS_URL: stores.redisUrl,
      DATABASE_URL: stores.databaseUrl,
    },
  });
  const [code] = await once(child.child, 'exit');
  return code ?? 1;
}
