/** One-time links in Postgres, as digests: whoever reads the database can use none of them. */
import { sql } from 'kysely';
import type { Database, LinkPurpose } from './database.ts';

export interface AccountLink {
  readonly account: string | null;
  readonly purpose: LinkPurpose;
}

export interface LinkStore {
  /** Earlier links of the same account, or of the first owner, are void from now on. */
  create(digest: Buffer, link: AccountLink & { readonly seconds: number }): Promise<Date>;
  /** What an unused link that has not run out stands for. */
  find(digest: Buffer): Promise<AccountLink | undefined>;
  /** False: somebody else was faster. */
  use(digest: Buffer): Promise<boolean>;
}

export function createLinkStore(database: Database): LinkStore {
  return {
    create: (digest, { account, purpose, seconds }) =>
      database.transaction().execute(async (trx) => {
        // One after the other: of two at once neither would see the other's to void it.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`link ${account}`}, 0))`.execute(trx);
        await trx
          .deleteFrom('admin.account_links')
          .where(sql<boolean>`account_id is not distinct from ${account}::uuid`)
          .execute();
        const { expires_at } = await trx
          .insertInto('admin.account_links')
          .values({
            digest,
            account_id: account,
            purpose,
            expires_at: sql<Date>`now() + ${seconds} * interval '1 second'`,
          })
          .returning('expires_at')
          .executeTakeFirstOrThrow();
        return expires_at;
      }),
    find: (digest) =>
      database
        .selectFrom('admin.account_links')
        .select(['account_id as account', 'purpose'])
        .where('digest', '=', digest)
        .where('used_at', 'is', null)
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst(),
    async use(digest) {
      const { numUpdatedRows } = await database
        .updateTable('admin.account_links')
        .set({ used_at: sql<Date>`now()` })
        .where('digest', '=', digest)
        .where('used_at', 'is', null)
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
