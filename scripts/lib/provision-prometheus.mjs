// @ts-check
// A Prometheus for the tests that run the dashboard's queries: PROMETHEUS_PATH, one on PATH, or Debian's.

import { Failure } from './failure.mjs';
import { canUseApt, installWithApt } from './provision-apt.mjs';
import { findProgram } from './run-command.mjs';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionPrometheus(note) {
  const found = process.env.PROMETHEUS_PATH || findProgram(['prometheus']);
  if (found) {
    note(found);
    return found;
  }
  let reason = '';
  if (canUseApt()) {
    const { ok, output } = await installWithApt('prometheus');
    const installed = ok ? findProgram(['prometheus']) : undefined;
    if (installed) {
      note(`${installed} (installed with apt-get)`);
      return installed;
    }
    reason = ` (apt-get said: ${output.split('\n').at(-1)})`;
  }
  throw new Failure(
    `Prometheus is missing${reason}: run "sudo apt-get install prometheus" or "brew install prometheus", or set PROMETHEUS_PATH.`,
  );
}
