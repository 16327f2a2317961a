// @ts-check
// What breaks the clients of a released interface, and whether the changelog tells them.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A description that was rewritten as a whole breaks some thousand things at 300 bytes each. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** oasdiff's level of what breaks a client; 2 is what may. */
const BREAKS = 3;
/** An answer that says more than it used to: clients are told to bear that (docs/api.md). */
const GROWTH = new Set(['response-property-enum-value-added', 'response-body-enum-value-added']);

/**
 * @typedef {{ id: string, text: string, level: number, operation: string, path: string }} Change
 */

/**
 * @param {string} oasdiff path of the program
 * @param {string} released file of the description that clients go by
 * @param {string} current file of the one that they will meet
 * @returns {Promise<Change[]>}
 * @throws when oasdiff can't read either
 */
export async function findBreakingChanges(oasdiff, released, current) {
  const { stdout } = await promisify(execFile)(oasdiff, ['breaking', released, current, '--format', 'json'], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return JSON.parse(stdout).filter(
    (/** @type {Change} */ change) => change.level >= BREAKS && !GROWTH.has(change.id),
  );
}

/**
 * @param {readonly Change[]} changes
 * @param {string} changelog whole text; only what stands under "Breaking" in its first section counts
 * @returns {string[]} what it does not name, each as the line that is missing there
 */
export function unnamedIn(changes, changelog) {
  const [, unreleased = ''] = changelog.split(/^## /m);
  const [, breaking = ''] = unreleased.split(/^### Breaking$/m);
  const [named = ''] = breaking.split(/^### /m);
  return changes
    .filter(({ operation, path }) => !named.includes(`\`${operation} ${path}\``))
    .map(({ operation, path, text }) => `- \`${operation} ${path}\`: ${text}`);
}
