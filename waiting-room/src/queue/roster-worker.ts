/** Worker thread: builds one roster away from the event loop that shoppers wait for, and posts its head. */
import { parentPort, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';
import { buildRoster } from './build-roster.ts';

const { redisUrl, drop } = workerData as { readonly redisUrl: string; readonly drop: string };
const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 5000 });
try {
  parentPort?.postMessage(await buildRoster(redis, drop));
} finally {
  redis.disconnect();
}
