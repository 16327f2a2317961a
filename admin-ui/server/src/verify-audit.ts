/**
 * `node admin-ui/server/src/verify-audit.ts [--json]`: reads the whole audit log and the signed heads, and says what has
 * been edited, removed, inserted, swapped or cut off. Exit code 0: intact; 1: not; 2: it could not be checked.
 */
import { connectPostgres, createLogger, loadConfig } from '@sluice/service-kit';
import { type AuditVerdict, verifyAudit } from './acts/verify-audit.ts';
import { AUDIT_VARIABLES } from './config.ts';
import { createAuditKeys } from './domain/audit-keys.ts';
import { readHeads } from './store/audit-heads.ts';
import { createAuditLog } from './store/audit-log.ts';
import { createDatabase } from './store/database.ts';

const EXIT_BROKEN = 1;
const EXIT_UNCHECKED = 2;

async function verify(): Promise<AuditVerdict> {
  const { DATABASE_URL, SEED_KEY, AUDIT_HEADS_FILE } = loadConfig(AUDIT_VARIABLES);
  const keys = createAuditKeys(SEED_KEY);
  const heads = AUDIT_HEADS_FILE === undefined ? [] : await readHeads(AUDIT_HEADS_FILE);
  const log = createLogger({ name: 'verify-audit', level: 'silent' });
  const database = createDatabase(connectPostgres({ url: DATABASE_URL, log, max: 1 }));
  try {
    return await verifyAudit(createAuditLog(database, keys), keys, heads);
  } finally {
    await database.destroy();
  }
}

function tell({ entries, heads, faults }: AuditVerdict): void {
  const isIntact = faults.length === 0;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ ok: isIntact, entries, heads, faults }));
    return;
  }
  for (const { seq, kind, detail } of faults) console.log(`entry ${seq}: ${kind}: ${detail}`);
  const witness = heads === 0 ? 'no signed head to compare with' : `${heads} signed heads`;
  console.log(`${entries} entries, ${witness}: ${isIntact ? 'intact' : `${faults.length} faults`}`);
}

try {
  const verdict = await verify();
  tell(verdict);
  process.exitCode = verdict.faults.length === 0 ? 0 : EXIT_BROKEN;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = EXIT_UNCHECKED;
}
