/** Brings the database to the newest schema: numbered, forward only, behind an advisory lock, so that replicas may start together. */
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

/** Applies what is missing of migrations/. Waits while another instance is doing so. */
export async function migrate(databaseUrl: string, log: (message: string) => void = () => {}): Promise<void> {
  await runner({
    databaseUrl,
    dir: fileURLToPath(new URL('../migrations', import.meta.url)),
    direction: 'up',
    migrationsTable: 'migrations',
    migrationsSchema: 'admin',
    createMigrationsSchema: true,
    advisoryLockMode: 'wait',
    lockValue: 7_302_114_002, // any number, but never another one: it is what replicas meet at
    log,
  });
}
