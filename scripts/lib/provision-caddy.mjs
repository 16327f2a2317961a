// @ts-check
// Caddy for the test of its recipe: CADDY_PATH, one on PATH, or Debian's.

import { onPath, provisionInstalled } from './provision-installed.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export const provisionCaddy = (note) =>
  provisionInstalled(
    {
      name: 'Caddy',
      variable: 'CADDY_PATH',
      packageName: 'caddy',
      brewName: 'caddy',
      find: onPath(['caddy']),
    },
    note,
  );
