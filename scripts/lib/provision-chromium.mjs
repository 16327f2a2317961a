// @ts-check
// A Chromium for the browser tests: CHROMIUM_PATH, one on PATH, or Debian's.

import { existsSync } from 'node:fs';
import { Failure } from './failure.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { findProgram } from './run-command.mjs';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionChromium(note) {
  const found = process.env.CHROMIUM_PATH || findProgram(PROGRAMS) || (existsSync(MAC) ? MAC : undefined);
  if (found) {
    note(found);
    return found;
  }
  let reason = '';
  if (canUseApt()) {
    const { ok, output } = await installWithApt('chromium');
    const installed = ok ? findProgram(PROGRAMS) : undefined;
    if (installed) {
      note(`${installed} (installed with apt-get)`);
      return installed;
    }
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  throw new Failure(
    `Chromium is missing${reason}: run "sudo apt-get install chromium" or set CHROMIUM_PATH.`,
  );
}
