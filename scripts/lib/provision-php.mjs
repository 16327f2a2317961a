// @ts-check
// PHP for the test of its recipe: PHP_PATH, one on PATH, or Debian’s.

import { onPath, provisionInstalled } from './provision-installed.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export const provisionPhp = (note) =>
  provisionInstalled(
    {
      name: 'PHP',
      variable: 'PHP_PATH',
      packageName: 'php-cli',
      brewName: 'php',
      find: onPath(['php']),
    },
    note,
  );
