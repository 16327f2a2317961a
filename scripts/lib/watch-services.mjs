// @ts-check
// Restarts a service when a file it is made of changes: its own, or those of the workspaces that all services load.
// Node's own watch mode sees modules only; here Lua, SQL and styles count too, and a restart is an orderly one.

import { watch } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from './progress.mjs';

/** An editor saves in several steps, and a branch switch touches many files. */
const SETTLE_MS = 200;
const SHARED = ['service-kit/src', 'connector/src'];
const COUNTS = /\.(tsx?|mjs|js|json|lua|sql|css|html)$/;
const LEFT_OUT = /(^|\/)(test|node_modules|dist)(\/|$)/;

/** @typedef {{ folder: string, services: readonly import('./service.mjs').Service[] }} Watched `folder` from the root of the tree */

/**
 * @param {import('./stack.mjs').Stack} stack
 * @returns {Watched[]}
 */
export function foldersOf({ rooms, checkouts, admin, storefront }) {
  return [
    { folder: 'waiting-room', services: rooms },
    { folder: 'checkout-api', services: checkouts },
    { folder: 'admin-ui/server', services: admin ? [admin] : [] },
    { folder: 'admin-ui/web', services: [] }, // built anew, and served without a restart
    { folder: 'examples/storefront', services: storefront ? [storefront] : [] },
  ];
}

/**
 * Watches until `stopping`. A service that does not come up again is told with its last words and tried again at the
 * next change.
 * @param {{ root: string, watched: readonly Watched[], stopping: AbortSignal, note: (text: string) => void, before?: (changed: readonly string[]) => Promise<void> }} options
 *   `before` is called with the changed paths before the restart
 * @returns {Promise<void>} when watching has begun
 */
export async function watchServices({ root, watched, stopping, note, before = async () => {} }) {
  /** @type {Set<string>} */
  const changed = new Set();
  let restarting = false;
  const all = watched.flatMap(({ services }) => services);

  async function restartChanged() {
    if (restarting) return;
    restarting = true;
    await sleep(SETTLE_MS);
    while (changed.size > 0 && !stopping.aborted) {
      const paths = [...changed];
      changed.clear();
      const affected = paths.some((path) => SHARED.some((folder) => path.startsWith(`${folder}/`)))
        ? all
        : watched
            .filter(({ folder }) => paths.some((path) => path.startsWith(`${folder}/`)))
            .flatMap(({ services }) => services);
      await before(paths).catch((error) => note(error.message));
      await Promise.all(affected.map((service) => restart(service, note)));
    }
    restarting = false;
  }

  for (const folder of [...SHARED, ...watched.map((one) => one.folder)]) {
    const exists = await access(join(root, folder)).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    watch(join(root, folder), { recursive: true, signal: stopping }, (_event, file) => {
      const path = `${folder}/${file?.replaceAll('\\', '/')}`;
      if (!file || !COUNTS.test(path) || LEFT_OUT.test(path)) return;
      changed.add(path);
      void restartChanged();
    });
  }
}

/**
 * @param {import('./service.mjs').Service} service
 * @param {(text: string) => void} note
 */
async function restart(service, note) {
  const startedAt = performance.now();
  await service.restart().then(
    () => note(`${service.name} restarted in ${seconds(performance.now() - startedAt)}`),
    (error) => note(error.message),
  );
}
