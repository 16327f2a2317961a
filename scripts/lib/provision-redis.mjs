// @ts-check
// A Redis that answers, with the append-only file on: the one REDIS_URL names, or one of our own on a free port.

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { freePort } from './ports.mjs';
import { hasEnded, startProcess } from './processes.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { redisCommand } from './redis-command.mjs';
import { findProgram } from './run-command.mjs';
import { tailOf, waitFor } from './wait-for.mjs';

const PROGRAMS = ['redis-server', 'valkey-server'];
const START_MS_MAX = 60_000; // a big append-only file takes its time to load

/**
 * @param {{ folder: string, note: (text: string) => void }} options `folder` holds the data of our own server
 * @returns {Promise<{ url: string }>}
 */
export async function provisionRedis({ folder, note }) {
  const given = process.env.REDIS_URL;
  if (given) {
    if (!/^rediss?:\/\/[^/]/.test(given)) throw new Failure('REDIS_URL must be like redis://127.0.0.1:6379.');
    await redisCommand(given, ['PING']).catch((error) => {
      throw new Failure(`REDIS_URL (${withoutPassword(given)}) does not answer: ${error.message}`);
    });
    note(`using REDIS_URL ${withoutPassword(given)}`);
    return { url: given };
  }
  const { url, program } = await startRedis({ folder, note });
  note(`${url} (${program}, data in ${folder})`);
  return { url };
}

/**
 * Starts a server of our own on the data in a folder, which is made when it is not there.
 * @param {{ folder: string, port?: number, note?: (text: string) => void }} options
 * @returns {Promise<{ url: string, port: number, program: string, server: import('./processes.mjs').Managed }>}
 */
export async function startRedis({ folder, port, note = () => {} }) {
  const program = await findOrInstall(note);
  port ??= await freePort();
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'redis.log');
  const log = openSync(logFile, 'w');
  const options = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    // By default a file is written anew at 64 MB, 128, 256: each time a fork and a core for seconds, and all of it while a drop opens.
    'auto-aof-rewrite-min-size': '512mb',
    save: '',
    databases: '256',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await startProcess('redis', program, args, { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  const url = `redis://127.0.0.1:${port}`;
  await waitFor({
    isReady: async () => (await redisCommand(url, ['PING'])) === 'PONG',
    hasFailed: () => hasEnded(server),
    timeoutMs: START_MS_MAX,
    describe: () => `Redis did not start. The end of ${logFile}:\n${tailOf(logFile)}`,
  });
  return { url, port, program, server };
}

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the server program
 */
async function findOrInstall(note) {
  const found = findProgram(PROGRAMS);
  if (found) return found;
  let reason = '';
  if (canUseApt()) {
    note('installing redis-server with apt-get');
    const { ok, output } = await installWithApt('redis-server');
    const installed = ok ? findProgram(PROGRAMS) : undefined;
    if (installed) return installed;
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  throw new Failure(
    `Redis is missing${reason}: run "sudo apt-get install redis-server", "brew install redis", or ` +
      '"docker run -d -p 6379:6379 redis:7 redis-server --appendonly yes --databases 256" and set REDIS_URL=redis://127.0.0.1:6379.',
  );
}

/**
 * @param {string} url
 * @returns {string}
 */
export function withoutPassword(url) {
  return url.replace(/\/\/[^@/]*@/, '//');
}
