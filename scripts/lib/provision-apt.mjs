// @ts-check
// Installs a Debian package where this process may: as root on a system with apt-get.

import { findProgram, runCommand } from './run-command.mjs';

/** @type {Promise<unknown> | undefined} */
let listsUpdated;
/** apt-get holds a lock: one installation at a time. @type {Promise<unknown>} */
let queue = Promise.resolve();

/** @returns {boolean} whether {@link installWithApt} can work here */
export function canUseApt() {
  return process.getuid?.() === 0 && findProgram(['apt-get']) !== undefined;
}

/**
 * @param {string} packageName
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function installWithApt(packageName) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300'];
  listsUpdated ??= runCommand('apt-get', ['update', '-qq', ...lock], { env });
  await listsUpdated;
  const installation = queue.then(() =>
    runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...lock, packageName], { env }),
  );
  queue = installation;
  const { code, output } = await installation;
  return { ok: code === 0, output };
}
