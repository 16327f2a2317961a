// @ts-check
// oasdiff, which knows what breaks the clients of an OpenAPI description: OASDIFF_PATH, one on PATH, or built by Go into
// .sluice/bin.

import { buildWithGo } from './build-with-go.mjs';
import { findProgram } from './run-command.mjs';

const OASDIFF = {
  name: 'oasdiff',
  module: 'github.com/oasdiff/oasdiff',
  version: '1.37.0',
  otherwise: 'run "brew install oasdiff", or set OASDIFF_PATH',
};

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionOasdiff(note) {
  const found = process.env.OASDIFF_PATH || findProgram(['oasdiff']);
  if (!found) return buildWithGo(OASDIFF, note);
  note(found);
  return found;
}
