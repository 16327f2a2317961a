/** Notes the audit log's end outside the database, so that cutting it off or rewriting it shows. */
import type { AuditKeys, SignedHead } from '../domain/audit-keys.ts';
import type { AuditLog } from '../store/audit-log.ts';

export interface NoteHeadOptions {
  readonly audit: AuditLog;
  readonly keys: AuditKeys;
  /** Refused keys since the last round; asking takes them. */
  readonly takeRefused: () => number;
  readonly write: (head: SignedHead) => Promise<void>;
}

/** Once a minute. Refused keys become one entry a minute, however many strangers try. */
export async function noteHead({ audit, keys, takeRefused, write }: NoteHeadOptions): Promise<void> {
  const refused = takeRefused();
  if (refused > 0) {
    await audit.record({
      ...{ act: 'key.refused', actor: 'system', drop: null, reason: null },
      before: null,
      after: { count: refused },
    });
  }
  await write(keys.signHead(await audit.head()));
}
