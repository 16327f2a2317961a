// @ts-check
// HAProxy for the test of its recipe: HAPROXY_PATH, one that is installed, or Debian's.

import { existsSync } from 'node:fs';
import { provisionInstalled } from './provision-installed.mjs';
import { findProgram } from './run-command.mjs';

/** Debian keeps it where ordinary users have no PATH to. */
const SBIN = '/usr/sbin/haproxy';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export const provisionHaproxy = (note) =>
  provisionInstalled(
    {
      name: 'HAProxy',
      variable: 'HAPROXY_PATH',
      packageName: 'haproxy',
      brewName: 'haproxy',
      find: () => findProgram(['haproxy']) ?? (existsSync(SBIN) ? SBIN : undefined),
    },
    note,
  );
