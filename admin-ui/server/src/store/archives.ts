/** Archives of drops in Postgres: who is at one, what is stored of it, and what is left to do. Every step may be repeated. */
import { sql } from 'kysely';
import type { DropTotals, RosterHead } from '../domain/archive.ts';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { Drop } from '../domain/drop.ts';
import { REHEARSAL_PREFIX } from '../domain/rehearsal.ts';
import { appendAudit, type Who } from './audit.ts';
import type { Database } from './database.ts';
import { dropOf } from './drop-row.ts';
import { wantSetup } from './setups.ts';

/** A drop that one instance works at is left alone by the others for so long. */
const LEASE = sql`interval '60 seconds'`;
/** Doubling from a second to an hour: whatever hinders it is tried again, and hurts nobody meanwhile. */
const NEXT_TRY = sql`least(power(2, least(attempts, 12)), 3600) * interval '1 second'`;
const ERROR_LENGTH_MAX = 500;

export interface Archive {
  readonly drop: string;
  readonly attempts: number;
  readonly lastError: string | null;
  /** Null: nobody took part in a draw, or it is not stored yet. */
  readonly head: RosterHead | null;
  readonly revealedAt: Date | null;
  readonly drawStoredAt: Date | null;
  readonly totals: DropTotals | null;
  /** As `reportDrop` made it; null before, and for a drop that Redis had nothing of. */
  readonly report: unknown;
  readonly storedAt: Date | null;
  readonly removedAt: Date | null;
}

export type ChunkKind = 'roster' | 'late';

export interface ArchiveStore {
  /**
   * Drops that may have something to archive and that nobody is at: those that ended so long ago, and drawn ones that
   * opened a minute ago and whose draw is not stored. Oldest end first.
   */
  candidates(options: { endedMsAgo: number; limit: number }): Promise<Drop[]>;
  /** Takes the drop for a minute. Undefined: another instance has it, or it is done. */
  claim(drop: string): Promise<Archive | undefined>;
  /** A long step goes on. */
  renew(drop: string): Promise<void>;
  /** Put down without a fault, to be looked at again. */
  release(drop: string, afterMs: number): Promise<void>;
  failed(drop: string, error: string): Promise<void>;
  find(drops: readonly string[]): Promise<Map<string, Archive>>;
  /** Adds a piece; one that is there already stays. */
  addChunk(drop: string, kind: ChunkKind, number: number, body: string): Promise<void>;
  chunk(drop: string, kind: ChunkKind, number: number): Promise<string | null>;
  /** How many pieces there are, from 0 on without a gap. */
  countChunks(drop: string, kind: ChunkKind): Promise<number>;
  storeDraw(drop: string, head: RosterHead | null, revealedAt: Date | null): Promise<void>;
  /** Totals, late tickets, the audit entry and a closing time that the checkout hears of: one transaction. What has left Redis stays as it is. */
  store(drop: string, options: StoreOptions): Promise<void>;
  removed(drop: string, who: Who, keys: number): Promise<void>;
  /** Those whose keys have left Redis, and when. */
  archived(): Promise<{ id: string; at: Date }[]>;
  countArchived(): Promise<number>;
  /** Drops at which an earlier try has failed. */
  countFailing(): Promise<number>;
}

export interface StoreOptions extends Who {
  readonly closedAt: Date;
  readonly totals: DropTotals;
  /** Null: there is none. */
  readonly report: unknown;
  /** In pieces. */
  readonly late: readonly string[];
}

const COLUMNS = [
  'drop_id as drop',
  'attempts',
  'last_error as lastError',
  'head',
  'revealed_at as revealedAt',
  'draw_stored_at as drawStoredAt',
  'totals',
  'report',
  'stored_at as storedAt',
  'removed_at as removedAt',
] as const;

export function createArchiveStore(database: Database, keys: Pick<AuditKeys, 'seal'>): ArchiveStore {
  return {
    async candidates({ endedMsAgo, limit }) {
      const seconds = endedMsAgo / 1000;
      const rows = await database
        .selectFrom('admin.drops as d')
        .leftJoin('admin.archives as a', 'a.drop_id', 'd.drop_id')
        .selectAll('d')
        .where('a.removed_at', 'is', null)
        // A rehearsal is deleted, not kept.
        .where(sql<boolean>`not starts_with(d.drop_id, ${REHEARSAL_PREFIX})`)
        .where(sql<boolean>`coalesce(a.next_try_at, now()) <= now()`)
        .where(sql<boolean>`(
          case when d.closes_at <= now() then d.closes_at when d.override = 'closed' then d.updated_at end
            <= now() - ${seconds} * interval '1 second'
          or (d.commit is not null and a.draw_stored_at is null and d.opens_at < now() - interval '1 minute'))`)
        .orderBy(sql`coalesce(d.closes_at, d.updated_at)`)
        .limit(limit)
        .execute();
      return rows.map(dropOf);
    },

    claim: (drop) =>
      database
        .insertInto('admin.archives')
        .values({ drop_id: drop, attempts: 1, next_try_at: sql`now() + ${LEASE}` })
        .onConflict((conflict) =>
          conflict
            .column('drop_id')
            .doUpdateSet({ attempts: sql`archives.attempts + 1`, next_try_at: sql`now() + ${LEASE}` })
            .where(sql<boolean>`archives.next_try_at <= now() and archives.removed_at is null`),
        )
        .returning(COLUMNS)
        .executeTakeFirst(),

    async renew(drop) {
      await database
        .updateTable('admin.archives')
        .set({ next_try_at: sql`now() + ${LEASE}` })
        .where('drop_id', '=', drop)
        .execute();
    },

    async release(drop, afterMs) {
      const seconds = afterMs / 1000;
      await database
        .updateTable('admin.archives')
        .set({ attempts: 0, last_error: null, next_try_at: sql`now() + ${seconds} * interval '1 second'` })
        .where('drop_id', '=', drop)
        .execute();
    },

    async failed(drop, error) {
      await database
        .updateTable('admin.archives')
        .set({ last_error: error.slice(0, ERROR_LENGTH_MAX), next_try_at: sql`now() + ${NEXT_TRY}` })
        .where('drop_id', '=', drop)
        .execute();
    },

    async find(drops) {
      if (drops.length === 0) return new Map();
      const rows = await database
        .selectFrom('admin.archives')
        .select(COLUMNS)
        .where('drop_id', 'in', drops)
        .execute();
      return new Map(rows.map((row) => [row.drop, row]));
    },

    async addChunk(drop, kind, number, body) {
      await database
        .insertInto('admin.archive_chunks')
        .values({ drop_id: drop, kind, number, body })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async chunk(drop, kind, number) {
      const row = await database
        .selectFrom('admin.archive_chunks')
        .select('body')
        .where('drop_id', '=', drop)
        .where('kind', '=', kind)
        .where('number', '=', number)
        .executeTakeFirst();
      return row?.body ?? null;
    },

    async countChunks(drop, kind) {
      const { count } = await database
        .selectFrom('admin.archive_chunks')
        .select(sql<number>`count(*)::integer`.as('count'))
        .where('drop_id', '=', drop)
        .where('kind', '=', kind)
        .executeTakeFirstOrThrow();
      return count;
    },

    async storeDraw(drop, head, revealedAt) {
      await database
        .updateTable('admin.archives')
        .set({
          head: head && JSON.stringify(head),
          revealed_at: revealedAt,
          draw_stored_at: sql`now()`,
          last_error: null,
        })
        .where('drop_id', '=', drop)
        .where('draw_stored_at', 'is', null)
        .execute();
    },

    store: (drop, { closedAt, totals, report, late, ...who }) =>
      database.transaction().execute(async (trx) => {
        const { stored_at: storedAt, removed_at: removedAt } = await trx
          .selectFrom('admin.archives')
          .select(['stored_at', 'removed_at'])
          .where('drop_id', '=', drop)
          .forUpdate()
          .executeTakeFirstOrThrow();
        // Whoever slept over its lease has read a Redis that has nothing of it any more.
        if (removedAt !== null) return;
        await trx
          .deleteFrom('admin.archive_chunks')
          .where('drop_id', '=', drop)
          .where('kind', '=', 'late')
          .execute();
        for (const [number, body] of late.entries())
          await trx
            .insertInto('admin.archive_chunks')
            .values({ drop_id: drop, kind: 'late', number, body })
            .execute();
        // Without an end the checkout would go on reporting a drop that nobody serves.
        const ended = await trx
          .updateTable('admin.drops')
          .set({ closes_at: sql`greatest(${closedAt}, opens_at + interval '1 second')` })
          .where('drop_id', '=', drop)
          .where((where) =>
            where.or([where('closes_at', 'is', null), where('closes_at', '>', sql<Date>`now()`)]),
          )
          .returning('products')
          .executeTakeFirst();
        if (ended && ended.products.length > 0) await wantSetup(trx, drop);
        // Once: stored again because something had changed, it is still one archiving.
        if (storedAt === null)
          await appendAudit(trx, keys, { ...who, act: 'drop.archive', drop, before: null, after: totals });
        await trx
          .updateTable('admin.archives')
          .set({
            closed_at: closedAt,
            totals: JSON.stringify(totals),
            report: report === null ? null : JSON.stringify(report),
            ...(storedAt === null && {
              audit_seq: sql<number>`(select seq from admin.audit_head)`,
              stored_at: sql`now()`,
            }),
          })
          .where('drop_id', '=', drop)
          .execute();
      }),

    removed: (drop, who, count) =>
      database.transaction().execute(async (trx) => {
        const done = await trx
          .updateTable('admin.archives')
          .set({ removed_at: sql`now()`, last_error: null })
          .where('drop_id', '=', drop)
          .where('removed_at', 'is', null)
          .returning('drop_id')
          .executeTakeFirst();
        if (done)
          await appendAudit(trx, keys, {
            ...who,
            act: 'drop.remove',
            drop,
            before: null,
            after: { keys: count },
          });
      }),

    archived: () =>
      database
        .selectFrom('admin.archives')
        .select(['drop_id as id', sql<Date>`removed_at`.as('at')])
        .where('removed_at', 'is not', null)
        .execute(),
    async countArchived() {
      return countWhere(sql<boolean>`removed_at is not null`);
    },
    async countFailing() {
      return countWhere(sql<boolean>`removed_at is null and last_error is not null`);
    },
  };

  async function countWhere(condition: ReturnType<typeof sql<boolean>>): Promise<number> {
    const { count } = await database
      .selectFrom('admin.archives')
      .select(sql<number>`count(*)::integer`.as('count'))
      .where(condition)
      .executeTakeFirstOrThrow();
    return count;
  }
}
