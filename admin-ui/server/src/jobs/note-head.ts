/** Notes the audit log's end outside the database, so that cutting it off or rewriting it shows. */
import type { AuditKeys, SignedHead } from '../domain/audit-keys.ts';
import type { AuditLog } from '../store/audit-log.ts';

export interface NoteHeadOptions {
  readonly audit: AuditLog;
  readonly keys: AuditKeys;
  /** Refused credentials and sign-ins since the last round, as entries; asking takes them. */
  readonly takeRefused: () => readonly { readonly act: string; readonly after: unknown }[];
  readonly write: (head: SignedHead) => Promise<void>;
}

/** Once a minute. What was refused becomes an entry or two a minute, however many strangers try. */
export async function noteHead({ audit, keys, takeRefused, write }: NoteHeadOptions): Promise<void> {
  for (const refused of takeRefused())
    await audit.record({ ...refused, actor: 'system', drop: null, reason: null, before: null });
  await write(keys.signHead(await audit.head()));
}
