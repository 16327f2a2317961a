/** Reads the whole audit log as it is at one moment, and says what somebody has done to it. */
import { type AuditFault, createAuditCheck } from '../domain/audit-check.ts';
import type { AuditKeys, SignedHead } from '../domain/audit-keys.ts';
import type { AuditLog } from '../store/audit-log.ts';

/** Entries read at once: some 500 KB. */
const ENTRIES_AT_ONCE = 1000;

export interface AuditVerdict {
  readonly entries: number;
  readonly heads: number;
  /** None: intact. */
  readonly faults: readonly AuditFault[];
}

export async function verifyAudit(
  audit: AuditLog,
  keys: AuditKeys,
  heads: readonly SignedHead[],
): Promise<AuditVerdict> {
  const check = createAuditCheck(keys, heads);
  const head = await audit.walk(ENTRIES_AT_ONCE, (entries) => check.see(entries));
  return { faults: check.end(head), entries: check.count, heads: heads.length };
}
