/** Worker thread: builds one roster away from the event loop that shoppers wait for, and posts its head. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openRedis } from '@sluice/service-kit';
import { buildRoster } from './build-roster.ts';

const { redisUrl, drop } = workerData as { readonly redisUrl: string; readonly drop: string };
const redis = openRedis({ url: redisUrl, name: 'roster', commandTimeoutMs: 5000 });
redis.on('error', () => {}); // what fails by it is told
try {
  if (redis.status !== 'ready') await once(redis, 'ready');
  parentPort?.postMessage(await buildRoster(redis, drop));
} finally {
  redis.disconnect();
}
