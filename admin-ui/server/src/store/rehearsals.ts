/** Rehearsals in Postgres: which one runs, who ends it, and what is left to delete. */
import { sql } from 'kysely';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { NewRehearsal, Rehearsal, RehearsalEnd } from '../domain/rehearsal.ts';
import { appendAudit, type Who } from './audit.ts';
import type { Database } from './database.ts';

/** Ten rounds of the job that beats. */
const SILENT = sql`interval '10 seconds'`;
/** What was under way when a side was asked to delete is over after it: twice the longest time-out of room and checkout. */
const ONCE_MORE_AFTER = sql`interval '10 seconds'`;
/** So many are told of a drop. */
const TOLD_MAX = 20;
/** Who is limited to some drops still sees what became of a rehearsal for so long. */
const KNOWN_FOR = sql`interval '1 day'`;

export interface RehearsalStore {
  /** False: one is running already. */
  begin(rehearsal: NewRehearsal, who: Who): Promise<boolean>;
  find(id: string): Promise<Rehearsal | undefined>;
  /** Latest first, of a drop or with the id itself. */
  listOf(drop: string): Promise<Rehearsal[]>;
  /** Running, or with something left to delete. `isOver`: by the clock of Postgres, which no instance disagrees with. */
  undeleted(): Promise<(Rehearsal & { isOver: boolean })[]>;
  /** Of the last day: id and source. */
  known(): Promise<{ id: string; source: string }[]>;
  /** The crowd's instance lives, and tells what the crowd is doing. */
  beat(id: string, crowd: unknown): Promise<void>;
  /** The one that runs, when its instance has been silent for long. */
  abandoned(): Promise<Rehearsal[]>;
  /** False: it had ended. */
  wantStop(id: string, who: Who): Promise<boolean>;
  /** Once: false when somebody else was faster. */
  end(id: string, reason: RehearsalEnd, result: unknown, who: Who): Promise<boolean>;
  /** The copy's rows: plan, seed, peaks, uses of codes, what the checkout was to be told. @returns how many there were */
  removePlan(id: string): Promise<number>;
  /** Takes what is due to be deleted, so that no other instance does meanwhile. */
  claimDeletion(id: string): Promise<boolean>;
  deleted(id: string, who: Who): Promise<void>;
}

const COLUMNS = [
  'rehearsal_id as id',
  'source_id as source',
  'settings',
  'started_by as startedBy',
  'started_at as startedAt',
  'opens_at as opensAt',
  'ends_at as endsAt',
  'instance',
  'seen_at as seenAt',
  'stop_wanted_by as stopWantedBy',
  'ended_at as endedAt',
  'end_reason as endReason',
  'result',
  'crowd',
  'cleared_at as clearedAt',
  'deleted_at as deletedAt',
] as const;

export function createRehearsalStore(database: Database, keys: Pick<AuditKeys, 'seal'>): RehearsalStore {
  const select = () => database.selectFrom('admin.rehearsals').select(COLUMNS);
  return {
    begin: ({ id, source, settings, startedBy, opensAt, endsAt, instance }, who) =>
      database.transaction().execute(async (trx) => {
        const begun = await trx
          .insertInto('admin.rehearsals')
          .values({
            rehearsal_id: id,
            source_id: source,
            settings: JSON.stringify(settings),
            started_by: startedBy,
            opens_at: opensAt,
            ends_at: endsAt,
            instance,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('rehearsal_id')
          .executeTakeFirst();
        if (!begun) return false;
        const after = { rehearsal: id, ...settings };
        await appendAudit(trx, keys, { ...who, act: 'rehearsal.start', drop: source, before: null, after });
        return true;
      }),

    find: (id) => select().where('rehearsal_id', '=', id).executeTakeFirst(),

    listOf: (drop) =>
      select()
        .where((where) => where.or([where('source_id', '=', drop), where('rehearsal_id', '=', drop)]))
        .orderBy('started_at', 'desc')
        .limit(TOLD_MAX)
        .execute(),

    undeleted: () =>
      select()
        .select(sql<boolean>`ends_at <= now()`.as('isOver'))
        .where('deleted_at', 'is', null)
        .orderBy('started_at')
        .execute(),

    known: () =>
      database
        .selectFrom('admin.rehearsals')
        .select(['rehearsal_id as id', 'source_id as source'])
        .where(sql<boolean>`coalesce(ended_at, now()) > now() - ${KNOWN_FOR}`)
        .execute(),

    async beat(id, crowd) {
      await database
        .updateTable('admin.rehearsals')
        .set({ seen_at: sql`now()`, ...(crowd !== null && { crowd: JSON.stringify(crowd) }) })
        .where('rehearsal_id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },

    abandoned: () =>
      select().where('ended_at', 'is', null).where(sql<boolean>`seen_at < now() - ${SILENT}`).execute(),

    wantStop: (id, who) =>
      database.transaction().execute(async (trx) => {
        const wanted = await trx
          .updateTable('admin.rehearsals')
          .set({ stop_wanted_by: who.actor })
          .where('rehearsal_id', '=', id)
          .where('ended_at', 'is', null)
          .returning(['source_id', 'stop_wanted_by'])
          .executeTakeFirst();
        if (!wanted) return false;
        await appendAudit(trx, keys, {
          ...{ ...who, act: 'rehearsal.stop', drop: wanted.source_id },
          ...{ before: null, after: { rehearsal: id } },
        });
        return true;
      }),

    end: (id, reason, result, who) =>
      database.transaction().execute(async (trx) => {
        const ended = await trx
          .updateTable('admin.rehearsals')
          .set({
            ended_at: sql`now()`,
            end_reason: reason,
            result: result === null ? null : JSON.stringify(result),
          })
          .where('rehearsal_id', '=', id)
          .where('ended_at', 'is', null)
          .returning('source_id')
          .executeTakeFirst();
        if (!ended) return false;
        await appendAudit(trx, keys, {
          ...{ ...who, act: 'rehearsal.end', drop: ended.source_id },
          ...{ before: null, after: { rehearsal: id, reason } },
        });
        return true;
      }),

    removePlan: (id) =>
      database.transaction().execute(async (trx) => {
        let removed = 0;
        // First: whoever changes the copy this moment has it and then wants the others, and waits for us if we had those.
        await trx
          .selectFrom('admin.drops')
          .select('drop_id')
          .where('drop_id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        for (const table of [
          'admin.peaks',
          'admin.code_uses',
          'admin.logo_uploads',
          'admin.checkout_setups',
          'admin.seeds',
          'admin.drops',
        ] as const) {
          const { numDeletedRows } = await trx
            .deleteFrom(table)
            .where('drop_id', '=', id)
            .executeTakeFirstOrThrow();
          removed += Number(numDeletedRows);
        }
        return removed;
      }),

    async claimDeletion(id) {
      const claimed = await database
        .updateTable('admin.rehearsals')
        .set({ cleared_at: sql`now()` })
        .where('rehearsal_id', '=', id)
        .where('ended_at', 'is not', null)
        .where('deleted_at', 'is', null)
        .where(sql<boolean>`coalesce(cleared_at, '-infinity') < now() - ${ONCE_MORE_AFTER}`)
        .returning('rehearsal_id')
        .executeTakeFirst();
      return claimed !== undefined;
    },

    deleted: (id, who) =>
      database.transaction().execute(async (trx) => {
        const done = await trx
          .updateTable('admin.rehearsals')
          .set({ deleted_at: sql`now()` })
          .where('rehearsal_id', '=', id)
          .where('deleted_at', 'is', null)
          .returning('source_id')
          .executeTakeFirst();
        if (done)
          await appendAudit(trx, keys, {
            ...{ ...who, act: 'rehearsal.delete', drop: done.source_id },
            ...{ before: null, after: { rehearsal: id } },
          });
      }),
  };
}
