/** One running instance: connections, migrations, the two listeners, the jobs; and their end, in the reverse order. */
import { hostname } from 'node:os';
import { connectPostgres, connectRedis, createInternalApp, createMetrics } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { ControlPlane } from './acts/control-plane.ts';
import { buildApp } from './app.ts';
import { createCheckoutClient } from './clients/checkout.ts';
import { type Config, readConfig } from './config.ts';
import { migrate } from './migrate.ts';
import { startJobs } from './plugins/jobs.ts';
import { createAdminMetrics } from './plugins/metrics.ts';
import { createProjection } from './projection/projection.ts';
import { createAuditLog } from './store/audit-log.ts';
import { createDatabase } from './store/database.ts';
import { createDropStore } from './store/drops.ts';
import { createSeedVault } from './store/seed-vault.ts';
import { createSetupStore } from './store/setups.ts';

export interface RunningControlPlane {
  readonly url: string;
  readonly internalUrl: string;
  close(): Promise<void>;
}

export async function startControlPlane(
  log: FastifyBaseLogger,
  config: Config = readConfig(),
): Promise<RunningControlPlane> {
  const instance = config.INSTANCE_ID ?? `${hostname()}:${process.pid}`;
  await migrate(config.DATABASE_URL, (message) => log.debug(message));

  const metrics = createMetrics({ service: 'admin-server', instance });
  const adminMetrics = createAdminMetrics(metrics);
  const pool = connectPostgres({ url: config.DATABASE_URL, log, max: config.DATABASE_CONNECTIONS });
  const database = createDatabase(pool);
  const redis = connectRedis({ url: config.REDIS_URL, name: 'admin-server', log });
  const plane: ControlPlane = {
    drops: createDropStore(database, createSeedVault(config.SEED_KEY)),
    audit: createAuditLog(database),
    setups: createSetupStore(database),
    projection: createProjection(redis),
    checkout: createCheckoutClient({ url: config.CHECKOUT_INTERNAL_URL, serviceToken: config.SERVICE_TOKEN }),
    log,
    count: {
      act: (act) => adminMetrics.acts.inc({ act }),
      projected: (outcome) => adminMetrics.projections.inc({ outcome }),
      setUp: (outcome) => adminMetrics.setups.inc({ outcome }),
    },
  };
  const app = await buildApp({
    plane,
    operatorKey: config.OPERATOR_KEY,
    redis,
    log,
    metrics,
    trustedProxies: config.TRUSTED_PROXIES,
    onRefusedKey: () => adminMetrics.refusedKeys.inc(),
    ready: () => pool.query('select 1'),
  });
  const internal = createInternalApp({ logger: log, metrics });

  const url = await app.listen({ host: config.HOST, port: config.PORT });
  const internalUrl = await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
  const jobs = startJobs(plane, adminMetrics);
  log.info({ url, internalUrl }, 'listening');
  return {
    url,
    internalUrl,
    async close() {
      await app.close();
      await jobs.close();
      await internal.close();
      await Promise.all([database.destroy(), redis.quit().catch(() => redis.disconnect())]);
    },
  };
}
