// @ts-check
// A Chromium for the browser tests: CHROMIUM_PATH, one on PATH, or Debian's.

import { existsSync } from 'node:fs';
import { provisionInstalled } from './provision-installed.mjs';
import { findProgram } from './run-command.mjs';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export const provisionChromium = (note) =>
  provisionInstalled(
    {
      name: 'Chromium',
      variable: 'CHROMIUM_PATH',
      packageName: 'chromium',
      find: () => findProgram(PROGRAMS) ?? (existsSync(MAC) ? MAC : undefined),
    },
    note,
  );
