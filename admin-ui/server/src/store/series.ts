/** Series in Postgres. Each change of one is a transaction with its audit entry; their drops are in admin.drops. */
import { type Selectable, sql } from 'kysely';
import { DEFAULT_POLICY } from '../domain/admission-policy.ts';
import { canonicalJson } from '../domain/audit-chain.ts';
import type { AuditKeys } from '../domain/audit-keys.ts';
import { type Drop, PLAIN_PAGE } from '../domain/drop.ts';
import { OPEN_ACCESS } from '../domain/drop-access.ts';
import type { Series } from '../domain/series.ts';
import { appendAudit, type Who } from './audit.ts';
import type { Database, Tables, Trx } from './database.ts';
import { dropOf } from './drop-row.ts';

export type NewSeries = Omit<Series, 'endedAt' | 'changedAt'>;
export type SeriesChange = Partial<Pick<Series, 'name' | 'plan' | 'aheadDays' | 'openSeconds' | 'skipped'>>;

export interface SeriesStore {
  /** Undefined: the id is taken. */
  create(series: NewSeries, who: Who): Promise<Series | undefined>;
  find(id: string): Promise<Series | undefined>;
  list(): Promise<Series[]>;
  /** Those of which more drops are to be made. */
  active(): Promise<Series[]>;
  /** Decides by the series as it is, locked. Undefined: there is none. */
  change(id: string, who: Who, decide: (series: Series) => SeriesChange): Promise<Series | undefined>;
  /** No more drops are made. False: there is none, or it has ended. */
  end(id: string, who: Who): Promise<boolean>;
  /** Never goes back. */
  noteMade(id: string, until: Date): Promise<void>;
  /** Its drops, first opening first; `from` on. */
  drops(id: string, from: Date): Promise<Drop[]>;
}

const seriesOf = (row: Selectable<Tables['admin.series']>): Series => ({
  id: row.series_id,
  name: row.name,
  rrule: row.rrule,
  startsLocal: row.starts_local,
  timeZone: row.time_zone,
  choice: row.choice,
  skipped: row.skipped,
  aheadDays: row.ahead_days,
  openSeconds: row.open_seconds,
  plan: {
    ...row.plan,
    // A series made before a field was added has its default.
    admission: { ...DEFAULT_POLICY, ...row.plan.admission },
    page: { ...PLAIN_PAGE, ...row.plan.page },
    access: { ...OPEN_ACCESS, ...row.plan.access },
  },
  madeUntil: row.made_until,
  changedAt: row.updated_at,
  endedAt: row.ended_at,
});

/** What the audit log tells. */
const toldOf = ({ madeUntil: _, endedAt: __, changedAt: ___, ...told }: Series) => told;

/** A drop was to be made of a series as it is no more. */
export class SeriesChanged extends Error {
  override readonly name = 'SeriesChanged';
}

/** Until the transaction ends the series stays as it was at `asOf`. @throws SeriesChanged when it is not so any more */
export async function holdSeries(trx: Trx, id: string, asOf: Date): Promise<void> {
  const row = await trx
    .selectFrom('admin.series')
    .select('updated_at')
    .where('series_id', '=', id)
    .forShare()
    .executeTakeFirst();
  if (row?.updated_at.getTime() !== asOf.getTime()) throw new SeriesChanged(`the series ${id} was changed`);
}

export function createSeriesStore(database: Database, keys: Pick<AuditKeys, 'seal'>): SeriesStore {
  return {
    create: (series, who) =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('admin.series')
          .values({
            series_id: series.id,
            name: series.name,
            rrule: series.rrule,
            starts_local: series.startsLocal,
            time_zone: series.timeZone,
            choice: series.choice,
            skipped: [...series.skipped],
            ahead_days: series.aheadDays,
            open_seconds: series.openSeconds,
            plan: JSON.stringify(series.plan),
            made_until: series.madeUntil,
            ended_at: null,
          })
          .onConflict((conflict) => conflict.column('series_id').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        const made = seriesOf(row);
        await appendAudit(trx, keys, {
          ...{ ...who, act: 'series.create', drop: null, before: null, after: toldOf(made) },
        });
        return made;
      }),

    async find(id) {
      const row = await database
        .selectFrom('admin.series')
        .selectAll()
        .where('series_id', '=', id)
        .executeTakeFirst();
      return row && seriesOf(row);
    },
    async list() {
      const rows = await database.selectFrom('admin.series').selectAll().orderBy('series_id').execute();
      return rows.map(seriesOf);
    },
    async active() {
      const rows = await database
        .selectFrom('admin.series')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('series_id')
        .execute();
      return rows.map(seriesOf);
    },

    change: (id, who, decide) =>
      database.transaction().execute(async (trx) => {
        const found = await trx
          .selectFrom('admin.series')
          .selectAll()
          .where('series_id', '=', id)
          // The drops that are being made of it keep pointing at it: they and this one need not wait for each other.
          .forNoKeyUpdate()
          .executeTakeFirst();
        if (!found) return undefined;
        const before = seriesOf(found);
        const after: Series = { ...before, ...decide(before) };
        if (canonicalJson(toldOf(before)) === canonicalJson(toldOf(after))) return before;
        await trx
          .updateTable('admin.series')
          .set({
            name: after.name,
            skipped: [...after.skipped],
            ahead_days: after.aheadDays,
            open_seconds: after.openSeconds,
            plan: JSON.stringify(after.plan),
            updated_at: sql`now()`,
          })
          .where('series_id', '=', id)
          .execute();
        await appendAudit(trx, keys, {
          ...{ ...who, act: 'series.change', drop: null, before: toldOf(before), after: toldOf(after) },
        });
        return after;
      }),

    end: (id, who) =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('admin.series')
          .set({ ended_at: sql<Date>`now()`, updated_at: sql`now()` })
          .where('series_id', '=', id)
          .where('ended_at', 'is', null)
          .returning('series_id')
          .executeTakeFirst();
        if (!row) return false;
        await appendAudit(trx, keys, {
          ...{ ...who, act: 'series.end', drop: null, before: null, after: { series: id } },
        });
        return true;
      }),

    async noteMade(id, until) {
      await database
        .updateTable('admin.series')
        .set({ made_until: sql<Date>`greatest(made_until, ${until})` })
        .where('series_id', '=', id)
        .execute();
    },

    async drops(id, from) {
      const rows = await database
        .selectFrom('admin.drops')
        .selectAll()
        .where('series_id', '=', id)
        .where('opens_at', '>=', from)
        .orderBy('opens_at')
        .execute();
      return rows.map(dropOf);
    },
  };
}
