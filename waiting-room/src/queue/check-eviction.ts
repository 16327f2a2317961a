/** A Redis that evicts keys would forget places: the room never starts on one (Q5). */
import { ConfigError } from '@sluice/service-kit';
import type { Redis } from 'ioredis';

/**
 * Asks by INFO, which managed servers allow where CONFIG is forbidden.
 * @throws ConfigError naming the policy found
 */
export async function checkEviction(redis: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy === 'noeviction') return;
  throw new ConfigError([
    `REDIS_URL: the server must run with maxmemory-policy noeviction (it is ${policy ?? 'unknown'}): it could drop places`,
  ]);
}
