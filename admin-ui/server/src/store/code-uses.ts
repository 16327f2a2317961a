/** How often codes were used, as last seen in Redis: what remains when a drop has left it. */
import { sql } from 'kysely';
import type { AuditKeys } from '../domain/audit-keys.ts';
import { type AuditEntry, appendAudit } from './audit.ts';
import type { Database } from './database.ts';

export interface CodeUseStore {
  /** By number of the batch. */
  find(drop: string): Promise<Map<number, number>>;
  /**
   * With its audit entries, whole or not at all.
   * @returns false when another instance was faster
   */
  note(
    drop: string,
    seen: { readonly number: number; readonly before: number; readonly uses: number },
    entries: readonly AuditEntry[],
  ): Promise<boolean>;
  /** Ids of drops whose codes may be in use. */
  drops(): Promise<string[]>;
}

export function createCodeUseStore(database: Database, keys: Pick<AuditKeys, 'seal'>): CodeUseStore {
  return {
    async find(drop) {
      const rows = await database
        .selectFrom('admin.code_uses')
        .select(['batch', 'uses'])
        .where('drop_id', '=', drop)
        .execute();
      return new Map(rows.map(({ batch, uses }) => [batch, uses]));
    },
    note: (drop, { number, before, uses }, entries) =>
      database.transaction().execute(async (trx) => {
        const { numAffectedRows } = await sql`insert into admin.code_uses as u (drop_id, batch, uses)
          values (${drop}, ${number}, ${uses})
          on conflict (drop_id, batch) do update set uses = excluded.uses, seen_at = now()
          where u.uses = ${before}`.execute(trx);
        if (numAffectedRows !== 1n) return false;
        for (const entry of entries) await appendAudit(trx, keys, entry);
        return true;
      }),
    async drops() {
      const rows = await database
        .selectFrom('admin.drops')
        .select('drop_id')
        .where(sql<boolean>`code_batches <> '[]'`)
        .where(sql<boolean>`coalesce(closes_at, updated_at, now()) > now() - interval '3 days'`)
        .execute();
      return rows.map(({ drop_id }) => drop_id);
    },
  };
}
