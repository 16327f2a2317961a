// @ts-check
// An nginx for the tests that put a real one in front of a service: NGINX_PATH, one that is installed, or Debian's.

import { existsSync } from 'node:fs';
import { provisionInstalled } from './provision-installed.mjs';
import { findProgram } from './run-command.mjs';

/** Debian keeps it where ordinary users have no PATH to. */
const SBIN = '/usr/sbin/nginx';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export const provisionNginx = (note) =>
  provisionInstalled(
    {
      name: 'nginx',
      variable: 'NGINX_PATH',
      packageName: 'nginx-light',
      brewName: 'nginx',
      find: () => findProgram(['nginx']) ?? (existsSync(SBIN) ? SBIN : undefined),
    },
    note,
  );
