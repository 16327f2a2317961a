/** Brings the control plane's database to the newest schema. */
import { fileURLToPath } from 'node:url';
import { migrateSchema } from '@sluice/service-kit/migrate';

/** Applies what is missing of migrations/. Waits while another instance is doing so. */
export function migrate(databaseUrl: string, log: (message: string) => void = () => {}): Promise<void> {
  const folder = fileURLToPath(new URL('../migrations', import.meta.url));
  return migrateSchema({ databaseUrl, folder, schema: 'admin', lockValue: 7_302_114_002, log });
}
