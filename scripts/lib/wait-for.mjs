// @ts-check
// Waiting with a limit: polls a condition until it holds, gives up early when what it waits for has died.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';

const POLL_MS = 25;
const TAIL_LINES = 20;

/**
 * @param {{ isReady: () => boolean | Promise<boolean>, hasFailed?: () => boolean, timeoutMs: number, describe: () => string }} options
 *   an `isReady` that throws counts as not ready
 * @throws {Failure} with `describe()` when it has failed or the time is up
 */
export async function waitFor({ isReady, hasFailed = () => false, timeoutMs, describe }) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (
      await Promise.resolve()
        .then(isReady)
        .catch(() => false)
    )
      return;
    if (hasFailed() || performance.now() > deadline) throw new Failure(describe());
    await sleep(POLL_MS);
  }
}

/**
 * @param {string} file
 * @returns {string} its last lines
 */
export function tailOf(file) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  } catch {
    return '(no log)';
  }
}
