// @ts-check
// The simulated shoppers of `npm start`, as a process of their own.

import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from './processes.mjs';
import { repoRoot } from './repo.mjs';

/**
 * @param {{ stack: import('./stack.mjs').Stack, drop: string, shoppers: number }} options
 * @returns {Promise<boolean>} false when this tree has no crowd
 */
export async function startCrowd({ stack, drop, shoppers }) {
  const file = join(repoRoot, 'load/play/crowd.ts');
  if (!existsSync(file)) return false;
  const logFile = join(stack.logDir, 'crowd.log');
  const log = openSync(logFile, 'w');
  const args = [
    ...['--room', stack.rooms[0]?.url ?? ''],
    ...['--shop', stack.storefront?.url ?? ''],
    ...['--checkout', stack.checkouts[0]?.url ?? ''],
    ...['--drop', drop],
    ...['--shoppers', String(shoppers)],
  ];
  await startProcess('crowd', process.execPath, [file, ...args], {
    stdio: ['ignore', log, log],
    graceMs: 2_000,
  });
  closeSync(log);
  return true;
}
