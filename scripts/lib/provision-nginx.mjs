// @ts-check
// An nginx for the tests that put a real one in front of a service: NGINX_PATH, one that is installed, or Debian's.

import { existsSync } from 'node:fs';
import { Failure } from './failure.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { findProgram } from './run-command.mjs';

/** Debian keeps it where ordinary users have no PATH to. */
const SBIN = '/usr/sbin/nginx';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionNginx(note) {
  const found = process.env.NGINX_PATH || installedNginx();
  if (found) {
    note(found);
    return found;
  }
  let reason = '';
  if (canUseApt()) {
    const { ok, output } = await installWithApt('nginx-light');
    const installed = ok ? installedNginx() : undefined;
    if (installed) {
      note(`${installed} (installed with apt-get)`);
      return installed;
    }
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  throw new Failure(
    `nginx is missing${reason}: run "sudo apt-get install nginx-light" or "brew install nginx", or set NGINX_PATH.`,
  );
}

function installedNginx() {
  return findProgram(['nginx']) ?? (existsSync(SBIN) ? SBIN : undefined);
}
