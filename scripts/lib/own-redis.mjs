// @ts-check
// A Redis of one run's own, for what must not happen to one that others share: restarts and stops.

import { stopProcess } from './processes.mjs';
import { startRedis } from './provision-redis.mjs';

/**
 * @typedef {object} OwnRedis
 * @property {string} url the same after a restart
 * @property {() => Promise<void>} stop ends it as an operator would: everything is written
 * @property {() => Promise<void>} start starts it again on the same data and port
 * @property {() => void} freeze stops it where it is; `thaw` lets it go on
 * @property {() => void} thaw
 *
 * @param {string} folder
 * @returns {Promise<OwnRedis>}
 */
export async function startOwnRedis(folder) {
  let running = await startRedis({ folder });
  const { url, port } = running;
  return {
    url,
    stop: () => stopProcess(running.server),
    async start() {
      running = await startRedis({ folder, port });
    },
    freeze: () => void running.server.child.kill('SIGSTOP'),
    thaw: () => void running.server.child.kill('SIGCONT'),
  };
}
