// @ts-check
// Caddy for the test of its recipe: CADDY_PATH, one on PATH, or Debian's.

import { Failure } from './failure.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { findProgram } from './run-command.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionCaddy(note) {
  const found = process.env.CADDY_PATH || findProgram(['caddy']);
  if (found) {
    note(found);
    return found;
  }
  let reason = '';
  if (canUseApt()) {
    const { ok, output } = await installWithApt('caddy');
    const installed = ok ? findProgram(['caddy']) : undefined;
    if (installed) {
      note(`${installed} (installed with apt-get)`);
      return installed;
    }
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  throw new Failure(
    `Caddy is missing${reason}: run "sudo apt-get install caddy" or "brew install caddy", or set CADDY_PATH.`,
  );
}
