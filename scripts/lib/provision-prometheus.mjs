// @ts-check
// A Prometheus for the tests that run the dashboard's queries: PROMETHEUS_PATH, one on PATH, or Debian's.

import { onPath, provisionInstalled } from './provision-installed.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export const provisionPrometheus = (note) =>
  provisionInstalled(
    {
      name: 'Prometheus',
      variable: 'PROMETHEUS_PATH',
      packageName: 'prometheus',
      brewName: 'prometheus',
      find: onPath(['prometheus']),
    },
    note,
  );
