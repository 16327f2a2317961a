// @ts-check
// What `npm start` and `npm run dev` do after the dependencies are there: stores, services, a sample drop, a crowd,
// and the table of addresses. Lasts until it is told to stop.

import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb } from './build-web.mjs';
import { startCrowd } from './crowd.mjs';
import { Failure } from './failure.mjs';
import { firstOwnerLink } from './first-owner-link.mjs';
import { followLogs } from './follow-logs.mjs';
import { printAddresses } from './print-addresses.mjs';
import { createProgress } from './progress.mjs';
import { provisionLastingStores } from './provision-stores.mjs';
import { repoRoot } from './repo.mjs';
import { runCommand } from './run-command.mjs';
import { createSampleDrop, sampleDropId } from './sample-drop.mjs';
import { startStack } from './stack.mjs';
import { foldersOf, watchServices } from './watch-services.mjs';

const SHOPPERS = 300;
const PORTS = { storefront: 8000, rooms: [8080], checkouts: [8090], admin: 8070 };

/**
 * @param {{ stopping: AbortSignal, fresh: boolean, allLogs: boolean, crowd: boolean, watch?: boolean }} options
 */
export async function runAll({ stopping, fresh, allLogs, crowd, watch = false }) {
  if (fresh && (process.env.REDIS_URL || process.env.DATABASE_URL)) {
    throw new Failure(
      '--fresh wipes only stores of its own: empty what REDIS_URL and DATABASE_URL name yourself.',
    );
  }
  const progress = createProgress({ stream: process.stdout });
  const stores = await provisionLastingStores({ name: 'start', progress, fresh });
  await progress.step('bundles', buildBundles);
  await progress.step('admin UI', async (note) => {
    if (!(await buildWeb())) note('nothing has changed');
  });
  const drop = sampleDropId(new Date());
  const stack = await progress.step('migrations and services', async (note) => {
    const started = await startStack({
      name: 'start',
      redisUrl: stores.redisUrl,
      databaseUrl: stores.databaseUrl,
      logDir: join(stores.folder, 'logs'),
      keysDir: join(stores.folder, 'keys'),
      ports: PORTS,
      drop,
      keep: true,
      note: progress.note,
    });
    note(`${started.rooms.length + started.checkouts.length + 2} processes`);
    return started;
  });
  const opensAt = await progress.step('sample drop', (note) => createSampleDrop(stack, drop, note));
  const hasCrowd = crowd && (await startCrowd({ stack, drop, shoppers: SHOPPERS }));
  writeFileSync(join(stores.folder, 'redis-url'), stack.redisUrl);
  const ownerLink = await firstOwnerLink(stack);
  printAddresses({ stack, drop, opensAt, shoppers: hasCrowd ? SHOPPERS : 0, ownerLink });
  if (watch) {
    await watchServices({
      root: repoRoot,
      watched: foldersOf(stack),
      stopping,
      note: (text) => process.stdout.write(`  ${text}\n`),
      before: async (changed) => {
        if (changed.some((path) => path.startsWith('waiting-room/page/'))) await buildBundles();
        if (changed.some((path) => path.startsWith('admin-ui/web/'))) await buildWeb();
      },
    });
  }
  followLogs([...stack.rooms, ...stack.checkouts, stack.admin, stack.storefront], { allLogs, stopping });
  if (!stopping.aborted) await once(stopping, 'abort');
  process.stdout.write('\nStopping …\n');
}

/** Rebuilds what is bundled for the browser; the results are committed, so a failing bundler stops nothing else. */
async function buildBundles() {
  const builder = join(repoRoot, 'waiting-room/page/build.mjs');
  if (!existsSync(builder)) return;
  const { code, output } = await runCommand(process.execPath, [builder], { cwd: repoRoot });
  if (code !== 0) throw new Failure(`The waiting page could not be bundled:\n${output}`);
}
