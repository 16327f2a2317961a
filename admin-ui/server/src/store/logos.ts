/** Merchants' logos: uploads until a job has re-encoded them, and the pictures that shoppers get. */
import { sql } from 'kysely';
import type { Logo } from '../domain/drop.ts';
import type { Who } from './audit.ts';
import type { Database, Trx } from './database.ts';

/** Whoever has claimed one is done, or gone. */
const CLAIMED_FOR = sql`interval '30 seconds'`;
const ERROR_LENGTH_MAX = 500;

/** What a job takes up. */
export interface LogoUpload extends Who {
  readonly id: string;
  readonly drop: string;
  readonly sent: Buffer;
  readonly attempts: number;
}

export interface UploadStatus {
  readonly isPending: boolean;
  /** Why the newest was not taken. */
  readonly lastError: string | null;
}

export interface LogoStore {
  /** Replaces an upload that still waits. */
  send(drop: string, sent: Buffer, who: Who): Promise<void>;
  /** At most `limit` that wait, taken so that no other instance works on them meanwhile. */
  claim(limit: number): Promise<LogoUpload[]>;
  /** It can not be taken; nothing is noted when a newer one has come. */
  refuse(upload: Pick<LogoUpload, 'id' | 'drop'>, error: string): Promise<void>;
  /** What was sent and waits is dropped. */
  cancel(drop: string): Promise<void>;
  status(drop: string): Promise<UploadStatus>;
  /** Kept for good, under its hash. */
  keep(logo: Logo & { readonly image: Buffer }): Promise<void>;
  image(hash: string): Promise<Buffer | undefined>;
}

/** Inside the transaction that puts it on the page. False: another one has been sent since, or it was taken back. */
export async function takeUpload(trx: Trx, drop: string, id: string): Promise<boolean> {
  const taken = await trx
    .updateTable('admin.logo_uploads')
    .set({ sent: null, last_error: null })
    .where('drop_id', '=', drop)
    .where('upload_id', '=', id)
    .where('sent', 'is not', null)
    .returning('drop_id')
    .executeTakeFirst();
  return taken !== undefined;
}

export function createLogoStore(database: Database): LogoStore {
  const uploads = 'admin.logo_uploads' as const;
  return {
    async send(drop, sent, { actor, reason }) {
      const fresh = { sent, sent_by: actor, reason, attempts: 0, last_error: null };
      await database
        .insertInto(uploads)
        .values({ drop_id: drop, ...fresh })
        .onConflict((conflict) =>
          conflict
            .column('drop_id')
            .doUpdateSet({ ...fresh, upload_id: sql`gen_random_uuid()`, next_try_at: sql`now()` }),
        )
        .execute();
    },
    async claim(limit) {
      const rows = await database
        .updateTable(uploads)
        .set({ attempts: sql`attempts + 1`, next_try_at: sql`now() + ${CLAIMED_FOR}` })
        .where('drop_id', 'in', (due) =>
          due
            .selectFrom(uploads)
            .select('drop_id')
            .where('sent', 'is not', null)
            .where('next_try_at', '<=', sql<Date>`now()`)
            .orderBy('next_try_at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .returningAll()
        .execute();
      return rows.flatMap(({ drop_id: drop, upload_id: id, sent, sent_by: actor, reason, attempts }) =>
        sent ? [{ id, drop, sent, actor, reason, attempts }] : [],
      );
    },
    async refuse({ id, drop }, error) {
      await database
        .updateTable(uploads)
        .set({ sent: null, last_error: error.slice(0, ERROR_LENGTH_MAX) })
        .where('drop_id', '=', drop)
        .where('upload_id', '=', id)
        .execute();
    },
    async cancel(drop) {
      await database.deleteFrom(uploads).where('drop_id', '=', drop).execute();
    },
    async status(drop) {
      const row = await database
        .selectFrom(uploads)
        .select(['last_error', sql<boolean>`sent is not null`.as('pending')])
        .where('drop_id', '=', drop)
        .executeTakeFirst();
      return { isPending: row?.pending ?? false, lastError: row?.last_error ?? null };
    },
    async keep({ hash, image, width, height }) {
      await database
        .insertInto('admin.logos')
        .values({ hash, image, width, height })
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute();
    },
    async image(hash) {
      const row = await database
        .selectFrom('admin.logos')
        .select('image')
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row?.image;
    },
  };
}
