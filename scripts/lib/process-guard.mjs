// @ts-check
// Outlives the script that started it by a moment: reads `+pid SIGNAL` and `-pid` lines from it, and when that pipe
// closes (orderly end, crash or kill -9) ends every process group that is still on the list.

import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 5_000;

/** @type {Map<number, NodeJS.Signals>} */
const guarded = new Map();

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [pid = '', signal] = line.slice(1).split(' ');
  if (line.startsWith('+')) guarded.set(Number(pid), /** @type {NodeJS.Signals} */ (signal));
  else guarded.delete(Number(pid));
}

// Youngest first, as an orderly end does it.
for (const [pid, signal] of [...guarded].reverse()) send(pid, signal);
const deadline = Date.now() + GRACE_MS;
while (Date.now() < deadline && [...guarded.keys()].some((pid) => send(pid, 0))) await sleep(50);
for (const pid of guarded.keys()) send(-pid, 'SIGKILL');

/**
 * @param {number} pid
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} whether it was there
 */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
