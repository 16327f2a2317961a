/** A Redis database of a test's own: its own index on the shared server, emptied. */
import { Redis } from 'ioredis';
import { storeUrl } from './stores.ts';

/** Databases 1 to 250 are given out in turn; 0 holds the counter. */
const DATABASES = 250;

/** URL of an empty database that no other test of this run uses at the same time. */
export async function createTestRedis(): Promise<string> {
  const url = new URL(storeUrl('REDIS_URL'));
  url.pathname = '/0';
  const counter = new Redis(url.href, { maxRetriesPerRequest: 1 });
  try {
    const index = ((await counter.incr('harness:next-db')) % DATABASES) + 1;
    await counter.select(index);
    await counter.flushdb();
    url.pathname = `/${index}`;
    return url.href;
  } finally {
    counter.disconnect();
  }
}
