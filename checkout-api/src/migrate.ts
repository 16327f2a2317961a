/** Brings the checkout's database to the newest schema. */
import { fileURLToPath } from 'node:url';
import { migrateSchema } from '@sluice/service-kit/migrate';
import { Logger, runMigrations } from 'graphile-worker';

/** Applies what is missing of migrations/. Waits while another instance is doing so. */
export async function migrate(databaseUrl: string, log: (message: string) => void = () => {}): Promise<void> {
  // Jobs are added inside our own functions, so their library's tables are there first. Its migrations know of racing peers.
  const logger = new Logger(() => (_level, message) => log(message));
  await runMigrations({ connectionString: databaseUrl, logger, maxPoolSize: 2 });
  const folder = fileURLToPath(new URL('../migrations', import.meta.url));
  await migrateSchema({ databaseUrl, folder, schema: 'checkout', lockValue: 7_302_114_001, log });
}
