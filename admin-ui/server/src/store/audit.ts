/** Appends to the audit log, inside the transaction of what it tells of. */
import { sql } from 'kysely';
import { canonicalJson, chainHash } from '../domain/audit-chain.ts';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { Trx } from './database.ts';

/** Who does something, and why. */
export interface Who {
  /** Which credential it was; never the credential. */
  readonly actor: string;
  readonly reason: string | null;
}

export interface AuditEntry extends Who {
  /** `drop.create`, `policy.change` … */
  readonly act: string;
  readonly drop: string | null;
  /** The changed members only; null when there is nothing to tell. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Takes the log's lock until the transaction ends, so that entries have one order. Call it last. */
export async function appendAudit(
  trx: Trx,
  keys: Pick<AuditKeys, 'seal'>,
  { actor, act, drop, before, after, reason }: AuditEntry,
): Promise<void> {
  const head = await trx
    .selectFrom('admin.audit_head')
    .select(['seq', 'hash'])
    .select(
      sql<string>`to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('at'),
    )
    .forUpdate()
    .executeTakeFirstOrThrow();
  const seq = Number(head.seq) + 1;
  const hash = chainHash(head.hash, { seq, at: head.at, actor, act, drop, before, after, reason });
  await trx
    .insertInto('admin.audit')
    .values({
      seq,
      at: head.at,
      actor,
      act,
      drop_id: drop,
      before: before === null ? null : canonicalJson(before),
      after: after === null ? null : canonicalJson(after),
      reason,
      hash,
      seal: keys.seal(hash),
    })
    .execute();
  await trx.updateTable('admin.audit_head').set({ seq, hash }).execute();
}
