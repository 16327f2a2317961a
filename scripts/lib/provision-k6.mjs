// @ts-check
// k6 2.2 for load scenarios: K6_PATH, one on PATH of that version or newer, or built by Go into .sluice/bin. (npm's
// `k6` is an empty placeholder.)

import { buildWithGo } from './build-with-go.mjs';
import { findProgram, runCommand } from './run-command.mjs';

const K6 = {
  name: 'k6',
  module: 'go.k6.io/k6/v2',
  version: '2.2.0',
  otherwise: 'run "brew install k6", or set K6_PATH',
};

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionK6(note) {
  const found = process.env.K6_PATH || (await installedK6());
  if (!found) return buildWithGo(K6, note);
  note(found);
  return found;
}

/** @returns {Promise<string | undefined>} the k6 on PATH when it is new enough to run TypeScript scenarios */
async function installedK6() {
  const path = findProgram(['k6']);
  if (!path) return undefined;
  const { output } = await runCommand(path, ['version']);
  const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(output) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 2) ? path : undefined;
}
