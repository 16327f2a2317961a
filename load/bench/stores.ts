/** The bench's own connections to the stack's stores: to read their CPU, and to look up what was acknowledged. */
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Stack } from '../../scripts/lib/stack.mjs';

export interface Stores {
  readonly redis: Redis;
  readonly postgres: pg.Pool;
  readonly close: () => Promise<void>;
}

export function connectStores({ redisUrl, databaseUrl }: Pick<Stack, 'redisUrl' | 'databaseUrl'>): Stores {
  const redis = new Redis(redisUrl);
  const postgres = new pg.Pool({ connectionString: databaseUrl, max: 4, connectionTimeoutMillis: 5_000 });
  postgres.on('error', () => {}); // the stack's database goes before its last idle connection does
  return {
    redis,
    postgres,
    async close() {
      redis.disconnect();
      await postgres.end();
    },
  };
}
