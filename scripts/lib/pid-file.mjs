// @ts-check
// Files that name the process which has something to itself, so that a second command waits or says who it is.

import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * @param {string} file
 * @returns {number | undefined} the living process that `file` names, if it is another one than this
 */
export function otherOwner(file) {
  let pid;
  try {
    pid = Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  if (!pid || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM' ? pid : undefined;
  }
}

/**
 * Does `work` while no other process does work under the same file; waits for one that does. A process that died
 * meanwhile holds nobody up.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  const release = () => {
    rmSync(own, { force: true });
    if (otherOwner(file) === undefined) rmSync(file, { force: true });
  };
  process.once('exit', release);
  try {
    while (!take(own, file)) await sleep(POLL_MS);
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

/**
 * A link appears whole or not at all: nobody reads an empty file.
 * @param {string} own
 * @param {string} file
 */
function take(own, file) {
  try {
    linkSync(own, file);
    return true;
  } catch {
    if (otherOwner(file) === undefined) rmSync(file, { force: true });
    return false;
  }
}
