// @ts-check
// A Postgres of one run's own, for what must not happen to one that others share: settings, stops, crashes.

import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { removePostgresData } from './postgres-programs.mjs';
import { hasEnded, stopProcess } from './processes.mjs';
import { startPostgres } from './provision-postgres.mjs';

/**
 * @typedef {object} OwnPostgres
 * @property {string} url of its database `postgres`; the same after a restart
 * @property {number} port
 * @property {() => Promise<void>} crash ends it as a crash would: no checkpoint, no word to the clients
 * @property {() => Promise<void>} start starts it again on the same data and port
 * @property {() => void} freeze stops the server and all its backends where they are; `thaw` lets them go on
 * @property {() => void} thaw
 * @property {() => Promise<void>} remove ends it and deletes its data
 *
 * @param {string} folder
 * @param {readonly string[]} [settings] as `name=value`
 * @returns {Promise<OwnPostgres>}
 */
export async function startOwnPostgres(folder, settings = []) {
  let running = await startPostgres({ folder, settings });
  const { url, port } = running;
  const signalAll = (/** @type {NodeJS.Signals} */ signal) => {
    const { pid } = running.server;
    for (const one of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(one, signal);
      } catch {
        // That backend has just ended.
      }
    }
  };
  return {
    url,
    port,
    async crash() {
      if (hasEnded(running.server)) return;
      const ended = once(running.server.child, 'exit');
      running.server.child.kill('SIGQUIT');
      await ended;
    },
    async start() {
      running = await startPostgres({ folder, port, settings });
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async remove() {
      await stopProcess(running.server);
      removePostgresData(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => {
      try {
        const stat = readFileSync(`/proc/${one}/stat`, 'utf8');
        return stat.replace(/^.*\) /, '').split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    });
}
