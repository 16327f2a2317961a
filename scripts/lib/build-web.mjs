// @ts-check
// Builds the admin UI's browser side into `admin-ui/web/dist`, when its sources are not those of the last build. Safe to
// call from several processes at once: one builds, the others wait for it.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { repoRoot } from './repo.mjs';
import { runCommand } from './run-command.mjs';
import { waitFor } from './wait-for.mjs';

const web = join(repoRoot, 'admin-ui/web');
const dist = join(web, 'dist');
/** Written before the folder gets its name, so that half a build is never taken for one. */
const stampFile = join(dist, '.sources');
const lock = join(web, '.building');
/** What the bundle is made of, besides the lockfile's packages. */
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'];
/** A build takes seconds; whoever holds the lock for so long is gone. */
const BUILD_TIMEOUT_MS = 120_000;

/**
 * @returns {Promise<boolean>} whether anything had to be built
 * @throws {Failure} with what the bundler said
 */
export async function buildWeb() {
  const wanted = stampOf();
  if (isBuilt(wanted)) return false;
  if (!takeLock()) {
    let isOurs = false;
    await waitFor({
      isReady: () => {
        isOurs = !isBuilt(wanted) && takeLock();
        return isOurs || isBuilt(wanted);
      },
      timeoutMs: BUILD_TIMEOUT_MS,
      describe: () => `Another build of the admin UI does not end; is ${lock} of a process that runs?`,
    });
    if (!isOurs) return false;
  }
  try {
    const fresh = join(web, 'dist.next');
    const { code, output } = await runCommand(
      process.execPath,
      [join(repoRoot, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', 'dist.next', '--emptyOutDir'],
      { cwd: web, env: { ...process.env, NODE_ENV: 'production' } },
    );
    if (code !== 0) throw new Failure(`The admin UI could not be built:\n${output}`);
    writeFileSync(join(fresh, '.sources'), wanted);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(lock, { force: true });
  }
  return true;
}

/** @param {string} wanted */
function isBuilt(wanted) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
}

/** The lock names its holder: one that was killed holds nothing. */
function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isRunning(Number(readLock()))) rmSync(lock, { force: true });
    return false;
  }
}

function readLock() {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return ''; // let go this moment
  }
}

/** @param {number} pid */
function isRunning(pid) {
  if (!pid) return true;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @returns {string} of everything that goes into the bundle */
function stampOf() {
  const hash = createHash('sha256').update(readFileSync(join(repoRoot, 'package-lock.json')));
  for (const source of SOURCES) {
    const path = join(web, source);
    const files = source.includes('.')
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort();
    for (const file of files) hash.update(file.slice(web.length)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

if (import.meta.main) console.log((await buildWeb()) ? 'built' : 'nothing has changed');
