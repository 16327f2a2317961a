/** Brings the database to the newest schema: numbered, forward only, behind an advisory lock, so that replicas may start together. */
import { fileURLToPath } from 'node:url';
import { withPostgresConnection } from '@sluice/service-kit';
import { runner } from 'node-pg-migrate';

/** Applies what is missing of migrations/. Waits while another instance is doing so. */
export async function migrate(databaseUrl: string, log: (message: string) => void = () => {}): Promise<void> {
  await withPostgresConnection(databaseUrl, (dbClient) =>
    runner({
      dbClient,
      dir: fileURLToPath(new URL('../migrations', import.meta.url)),
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: 'admin',
      createMigrationsSchema: true,
      advisoryLockMode: 'wait',
      lockValue: 7_302_114_002, // any number, but never another one: it is what replicas meet at
      // A number that came with another change may be taken twice, and neither builds on the other.
      checkOrder: false,
      log,
    }),
  );
}
