/** API keys in Postgres, as digests; making and revoking one is audited. */
import { type Selectable, sql } from 'kysely';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { Permission } from '../domain/roles.ts';
import { appendAudit, type Who } from './audit.ts';
import type { Database, Tables } from './database.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Permission[];
  readonly drops: readonly string[] | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewKey extends Pick<ApiKey, 'id' | 'name' | 'scopes' | 'drops'> {
  readonly digest: Buffer;
  /** Null: never. */
  readonly expiresInDays: number | null;
}

export interface KeyStore {
  create(key: NewKey, who: Who): Promise<ApiKey>;
  list(): Promise<ApiKey[]>;
  /** Undefined: unknown, revoked or over. */
  find(id: string, digest: Buffer): Promise<ApiKey | undefined>;
  /** False: there is no such key that works. */
  revoke(id: string, who: Who): Promise<boolean>;
}

const keyOf = (row: Selectable<Tables['admin.api_keys']>): ApiKey => ({
  id: row.key_id,
  name: row.name,
  scopes: row.scopes,
  drops: row.drops,
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});

export function createKeyStore(database: Database, keys: Pick<AuditKeys, 'seal'>): KeyStore {
  return {
    create: ({ id, digest, name, scopes, drops, expiresInDays }, who) =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('admin.api_keys')
          .values({
            key_id: id,
            digest,
            name,
            scopes: [...scopes],
            drops: drops && [...drops],
            created_by: who.actor,
            expires_at:
              expiresInDays === null ? null : sql<Date>`now() + ${expiresInDays} * interval '1 day'`,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        const made = keyOf(row);
        const after = { id, name, scopes, drops, expiresAt: made.expiresAt };
        await appendAudit(trx, keys, { ...who, act: 'key.create', drop: null, before: null, after });
        return made;
      }),
    async list() {
      const rows = await database.selectFrom('admin.api_keys').selectAll().orderBy('created_at').execute();
      return rows.map(keyOf);
    },
    async find(id, digest) {
      const row = await database
        .selectFrom('admin.api_keys')
        .selectAll()
        .select(
          sql<boolean>`last_used_at is null or last_used_at < now() - interval '1 minute'`.as(
            'is_used_long_ago',
          ),
        )
        .where('key_id', '=', id)
        .where('digest', '=', digest)
        .where('revoked_at', 'is', null)
        .where(sql<boolean>`(expires_at is null or expires_at > now())`)
        .executeTakeFirst();
      if (row?.is_used_long_ago) {
        const set = { last_used_at: sql<Date>`now()` };
        await database.updateTable('admin.api_keys').set(set).where('key_id', '=', id).execute();
      }
      return row && keyOf(row);
    },
    revoke: (id, who) =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('admin.api_keys')
          .set({ revoked_at: sql<Date>`now()` })
          .where('key_id', '=', id)
          .where('revoked_at', 'is', null)
          .returning('name')
          .executeTakeFirst();
        if (!row) return false;
        const before = { id, name: row.name };
        await appendAudit(trx, keys, { ...who, act: 'key.revoke', drop: null, before, after: null });
        return true;
      }),
  };
}
