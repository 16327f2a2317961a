/** A Redis that evicts keys would forget places: the room never starts on one (Q5). */
import { ConfigError, primariesOf } from '@sluice/service-kit';
import type { Redis } from 'ioredis';

/**
 * Asks by INFO, which managed servers allow where CONFIG is forbidden.
 * @throws ConfigError naming the policy found
 */
export async function checkEviction(redis: Redis): Promise<void> {
  await redis.ping(); // a Cluster has no primaries before it is reached
  for (const server of primariesOf(redis)) {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await server.info('memory'))?.[1];
    if (policy === 'noeviction') continue;
    throw new ConfigError([
      `REDIS_URL: the server must run with maxmemory-policy noeviction (it is ${policy ?? 'unknown'}): it could drop places`,
    ]);
  }
}
