/** The control plane's stores without its listeners and jobs: tests of single acts decide what happens when. */
import { createLogger } from '@sluice/service-kit';
import { createTestDatabase, createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Archiving } from '../../src/acts/control-plane.ts';
import { createAuditKeys } from '../../src/domain/audit-keys.ts';
import { migrate } from '../../src/migrate.ts';
import { createArchiveSource } from '../../src/projection/archive-source.ts';
import { createProjection, type Projection } from '../../src/projection/projection.ts';
import { createArchiveStore } from '../../src/store/archives.ts';
import { type AuditLog, createAuditLog } from '../../src/store/audit-log.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createDropStore } from '../../src/store/drops.ts';
import { createSeedVault } from '../../src/store/seed-vault.ts';
import { SEED_KEY } from './control-plane.ts';

export interface TestStores {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly database: pg.Pool;
  readonly databaseUrl: string;
  readonly plane: Archiving;
  readonly audit: AuditLog;
  readonly projection: Projection;
  close(): Promise<void>;
}

export async function openStores(): Promise<TestStores> {
  const { url: databaseUrl, drop: dropDatabase } = await createTestDatabase();
  await migrate(databaseUrl);
  const redisUrl = await createTestRedis();
  const redis = new Redis(redisUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 });
  pool.on('error', () => {});
  const database = createDatabase(pool);
  const keys = createAuditKeys(SEED_KEY);
  const plane: Archiving = {
    drops: createDropStore(database, createSeedVault(SEED_KEY), keys),
    archives: createArchiveStore(database, keys),
    source: createArchiveSource(redis),
    log: createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' }),
    count: { archived() {}, archiveFailed() {} },
  };
  return {
    ...{ redis, redisUrl, database: pool, databaseUrl, plane },
    audit: createAuditLog(database, keys),
    projection: createProjection(redis),
    async close() {
      redis.disconnect();
      await database.destroy();
      await dropDatabase();
    },
  };
}
