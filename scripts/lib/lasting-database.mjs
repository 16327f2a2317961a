// @ts-check
// The database of the installation at hand: the one DATABASE_URL names, or that of `npm start`, whether it runs or not.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { provisionPostgres } from './provision-postgres.mjs';
import { dataRoot } from './repo.mjs';

const DATABASE = 'sluice_start';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} its URL
 * @throws {Failure} when there is none
 */
export async function lastingDatabase(note) {
  const given = process.env.DATABASE_URL;
  if (given) return given;
  const folder = join(dataRoot, 'start', 'postgres');
  if (!existsSync(join(folder, 'data', 'PG_VERSION'))) {
    throw new Failure('There are no books yet: run "npm start" once, or set DATABASE_URL.');
  }
  const running = runningUrl(join(folder, 'data', 'postmaster.pid'));
  const url = new URL(running ?? (await provisionPostgres({ folder, note })).url);
  url.pathname = `/${DATABASE}`;
  return url.href;
}

/**
 * @param {string} pidFile of the server: its first line is the process, its fourth the port
 * @returns {string | undefined} the URL of the server if it runs
 */
function runningUrl(pidFile) {
  if (!existsSync(pidFile)) return undefined;
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  try {
    process.kill(Number(lines[0]), 0);
  } catch {
    return undefined; // left over by a crash; the server removes it when it starts
  }
  return `postgres://postgres:postgres@127.0.0.1:${lines[3]}/postgres`;
}
