// @ts-check
// Shows what services write to their log files, readable for people: warnings and errors, or everything.

import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { prettyFactory } from 'pino-pretty';

const POLL_MS = 250;
const WARNING = 40;

/**
 * @param {readonly (import('./service.mjs').Service | undefined)[]} services
 * @param {{ allLogs: boolean, stopping: AbortSignal }} options
 */
export function followLogs(services, { allLogs, stopping }) {
  const pretty = prettyFactory({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname,instance',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  for (const service of services) {
    if (!service) continue;
    void follow(service.logFile, stopping, (line) => {
      if (allLogs || isWarning(line)) process.stdout.write(pretty(line) || `${line}\n`);
    });
  }
}

/**
 * @param {string} file
 * @param {AbortSignal} stopping
 * @param {(line: string) => void} show
 */
async function follow(file, stopping, show) {
  let position = 0;
  let rest = '';
  while (!stopping.aborted) {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size < position) position = 0;
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(size - position),
        0,
        size - position,
        position,
      );
      position += bytesRead;
      const lines = (rest + buffer.toString()).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(show);
    } finally {
      await handle.close();
    }
    await sleep(POLL_MS, undefined, { signal: stopping }).catch(() => {});
  }
}

/**
 * @param {string} line
 * @returns {boolean} also true for what is no JSON: the runtime's own last words
 */
function isWarning(line) {
  try {
    return JSON.parse(line).level >= WARNING;
  } catch {
    return line !== '';
  }
}
