/** Brings the database to the newest schema: numbered, forward only, behind an advisory lock, so that replicas may start together. */
import { fileURLToPath } from 'node:url';
import { withPostgresConnection } from '@sluice/service-kit';
import { Logger, runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';

/** Applies what is missing of migrations/. Waits while another instance is doing so. */
export async function migrate(databaseUrl: string, log: (message: string) => void = () => {}): Promise<void> {
  // Jobs are added inside our own functions, so their library's tables are there first. Its migrations know of racing peers.
  const logger = new Logger(() => (_level, message) => log(message));
  await runMigrations({ connectionString: databaseUrl, logger, maxPoolSize: 2 });
  await withPostgresConnection(databaseUrl, (dbClient) =>
    runner({
      dbClient,
      dir: fileURLToPath(new URL('../migrations', import.meta.url)),
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: 'checkout',
      createMigrationsSchema: true,
      advisoryLockMode: 'wait',
      lockValue: 7_302_114_001, // any number, but never another one: it is what replicas meet at
      // Numbered in ranges by area: a lower number may come later, and nothing in one range builds on another.
      checkOrder: false,
      log,
    }),
  );
}
