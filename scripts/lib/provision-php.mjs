// @ts-check
// PHP for the test of its recipe: PHP_PATH, one on PATH, or Debian’s.

import { Failure } from './failure.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { findProgram } from './run-command.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionPhp(note) {
  const found = process.env.PHP_PATH || findProgram(['php']);
  if (found) {
    note(found);
    return found;
  }
  let reason = '';
  if (canUseApt()) {
    const { ok, output } = await installWithApt('php-cli');
    const installed = ok ? findProgram(['php']) : undefined;
    if (installed) {
      note(`${installed} (installed with apt-get)`);
      return installed;
    }
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  throw new Failure(
    `PHP is missing${reason}: run "sudo apt-get install php-cli" or "brew install php", or set PHP_PATH.`,
  );
}
