// @ts-check
// A program that systems have or Debian packages: by its variable, one that is installed, or Debian's.

import { Failure } from './failure.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { findProgram } from './run-command.mjs';

/**
 * @typedef {object} Installable
 * @property {string} name as people call it
 * @property {string} variable of the environment that may hold its path
 * @property {string} packageName Debian's
 * @property {string} [brewName] Homebrew's, where there is one
 * @property {() => string | undefined} find
 */

/** @param {readonly string[]} names @returns {() => string | undefined} a `find` by PATH */
export const onPath = (names) => () => findProgram(names);

/**
 * @param {Installable} program
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionInstalled({ name, variable, packageName, brewName, find }, note) {
  const found = process.env[variable] || find();
  if (found) {
    note(found);
    return found;
  }
  let reason = '';
  if (canUseApt()) {
    const { ok, output } = await installWithApt(packageName);
    const installed = ok ? find() : undefined;
    if (installed) {
      note(`${installed} (installed with apt-get)`);
      return installed;
    }
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  const byBrew = brewName ? ` or "brew install ${brewName}",` : '';
  throw new Failure(
    `${name} is missing${reason}: run "sudo apt-get install ${packageName}"${byBrew} or set ${variable}.`,
  );
}
