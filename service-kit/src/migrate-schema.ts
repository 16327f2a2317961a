/** Brings a service's schema to the newest: numbered files, forward only, behind an advisory lock, so that replicas may start together. */
import { runner } from 'node-pg-migrate';
import { withPostgresConnection } from './postgres.ts';

export interface MigrateSchemaOptions {
  readonly databaseUrl: string;
  /** Of the service's numbered files. */
  readonly folder: string;
  /** Made when it is not there; what was applied is noted in its table `migrations`. */
  readonly schema: string;
  /** Any number, but never another one, and no other service's: it is what replicas meet at. */
  readonly lockValue: number;
  readonly log: (message: string) => void;
}

/**
 * Applies what is missing. Waits while another instance is doing so. Files are numbered by area, and changes meet in the order in which
 * they land: a lower number may come later, so nothing builds on a number of another area.
 */
export async function migrateSchema({
  databaseUrl,
  folder,
  schema,
  lockValue,
  log,
}: MigrateSchemaOptions): Promise<void> {
  await withPostgresConnection(databaseUrl, (dbClient) =>
    runner({
      ...{ dbClient, dir: folder, direction: 'up', checkOrder: false, log },
      ...{ migrationsTable: 'migrations', migrationsSchema: schema, createMigrationsSchema: true },
      ...{ advisoryLockMode: 'wait', lockValue },
    }),
  );
}
