// @ts-check
// The Redis of `npm start`, whether it runs or not, and the key beside it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { provisionRedis } from './provision-redis.mjs';
import { redisCommand } from './redis-command.mjs';
import { dataRoot } from './repo.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} its URL
 * @throws {Failure} when there is none
 */
export async function lastingRedis(note) {
  const folder = join(dataRoot, 'start', 'redis');
  if (!existsSync(join(folder, 'appendonlydir'))) {
    throw new Failure('There is no Redis yet: run "npm start" once, or set REDIS_URL and DATABASE_URL.');
  }
  return (await runningUrl(folder)) ?? (await provisionRedis({ folder, note })).url;
}

/** @returns {string} the file that seals seeds and audit log of `npm start` */
export function lastingSeedKeyFile() {
  return join(dataRoot, 'start', 'keys', 'seed.key');
}

/**
 * Its log tells the port; that a Redis of this folder answers there, it says itself.
 * @param {string} folder
 * @returns {Promise<string | undefined>}
 */
async function runningUrl(folder) {
  const log = join(folder, 'redis.log');
  const port = existsSync(log) ? /\bport=(\d+)/.exec(readFileSync(log, 'utf8'))?.[1] : undefined;
  if (port === undefined) return undefined;
  const url = `redis://127.0.0.1:${port}`;
  const dir = await redisCommand(url, ['CONFIG', 'GET', 'dir']).catch(() => '');
  return dir.split('\n')[1] === folder ? url : undefined;
}
