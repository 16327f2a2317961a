// @ts-check
// Both stores at once, and the folder their data is in: a lasting one for `start` and `dev`, a passing one, swept
// afterwards, for everything that measures or tests.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { otherOwner } from './pid-file.mjs';
import { removePostgresData } from './postgres-programs.mjs';
import { provisionPostgres } from './provision-postgres.mjs';
import { provisionRedis } from './provision-redis.mjs';
import { dataRoot } from './repo.mjs';

/**
 * @typedef {{ redisUrl: string, databaseUrl: string, folder: string }} Stores
 * @typedef {import('./progress.mjs').Progress} Progress
 */

/**
 * Starts both stores on a lasting folder. One process at a time may have it.
 * @param {{ name: string, progress: Progress, fresh?: boolean }} options `fresh` wipes what the folder holds first
 * @returns {Promise<Stores>}
 */
export async function provisionLastingStores({ name, progress, fresh = false }) {
  const folder = join(dataRoot, name);
  const owner = otherOwner(pidFileOf(folder));
  if (owner) {
    throw new Failure(
      `${folder} is in use by process ${owner}: that is a running "npm ${name}"; end it first (kill ${owner}).`,
    );
  }
  if (fresh) wipe(folder);
  return start(folder, progress);
}

/**
 * Starts both stores on a folder of this run's own, which is removed at the end.
 * @param {{ name: string, progress: Progress }} options
 * @returns {Promise<Stores>}
 */
export async function provisionPassingStores({ name, progress }) {
  const runs = join(dataRoot, 'runs');
  mkdirSync(runs, { recursive: true });
  for (const left of readdirSync(runs)) {
    if (!otherOwner(pidFileOf(join(runs, left)))) wipe(join(runs, left));
  }
  const folder = join(runs, `${name}-${process.pid}`);
  process.once('exit', () => wipe(folder)); // after the stores have ended
  return start(folder, progress);
}

/**
 * @param {string} folder
 * @param {Progress} progress
 * @returns {Promise<Stores>}
 */
async function start(folder, progress) {
  mkdirSync(folder, { recursive: true });
  const pidFile = pidFileOf(folder);
  writeFileSync(pidFile, String(process.pid));
  process.once('exit', () => rmSync(pidFile, { force: true }));
  const [redis, postgres] = await Promise.all([
    progress.step('Redis', (note) => provisionRedis({ folder: join(folder, 'redis'), note })),
    progress.step('PostgreSQL', (note) => provisionPostgres({ folder: join(folder, 'postgres'), note })),
  ]);
  return { redisUrl: redis.url, databaseUrl: postgres.url, folder };
}

/** @param {string} folder */
function pidFileOf(folder) {
  return join(folder, 'owner.pid');
}

/** @param {string} folder */
function wipe(folder) {
  removePostgresData(join(folder, 'postgres'));
  rmSync(folder, { recursive: true, force: true });
}
