/** Drops in Postgres. Each write is one transaction with its audit entry; what has to be told to the checkout is in it, too. */
import { sql } from 'kysely';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { Drop, DropChange } from '../domain/drop.ts';
import { REHEARSAL_PREFIX } from '../domain/rehearsal.ts';
import { type AuditEntry, appendAudit, type Who } from './audit.ts';
import { markUndone } from './audit-log.ts';
import type { Database, Trx } from './database.ts';
import { beforeAndAfter, changeColumns, columnsOf, differing, dropOf } from './drop-row.ts';
import { takeUpload } from './logos.ts';
import { commitOf, type SeedVault } from './seed-vault.ts';
import { holdSeries } from './series.ts';
import { wantSetup } from './setups.ts';

/** The act by which a change of a series reaches its drops. */
export const SERIES_ACT = 'series.change';

export type NewDrop = Omit<Drop, 'commit' | 'policyVersion' | 'createdAt' | 'updatedAt'>;

export interface Step extends Who {
  /** Name in the audit log. */
  readonly act: string;
  readonly drop: string;
  /** Refuse unless the drop is still at this version; null: whatever it is. */
  readonly ifVersion: number | null;
  /** The new version is greater than this, too: what Redis had at last. */
  readonly aboveVersion: number;
  /** The audit entry whose act this one takes back. */
  readonly undoes?: number | undefined;
  /** The entry of a journal that this enters: at most once. */
  readonly journaled?: { readonly id: string; readonly at: string } | undefined;
  /** The upload whose picture this puts on the page: only while it is the one that waits. */
  readonly places?: string | undefined;
  /** Decides by the drop as it is, locked. Null or an empty change: nothing to do. May throw to refuse. */
  readonly decide: (drop: Drop) => DropChange | null;
}

export type StepOutcome =
  | { readonly status: 'changed' | 'unchanged'; readonly drop: Drop }
  | { readonly status: 'no-such-drop' | 'undone-before' | 'entered-before' }
  | { readonly status: 'version-mismatch'; readonly version: number };

/** What Redis must hold of a drop, in short. */
export interface ProjectedDrop {
  readonly id: string;
  readonly policyVersion: number;
  readonly hasSeed: boolean;
  /** Hash of the logo on its page. */
  readonly logo: string | null;
}

/** A drop that closed longer ago is not written again when Redis loses it: nobody waits in it. */
const CLOSED_KEPT = sql`interval '2 days'`;

/** They are in no list, report or file. */
const NO_REHEARSAL = sql<boolean>`not starts_with(drop_id, ${REHEARSAL_PREFIX})`;

/** Where a list goes on. */
export interface Cursor {
  readonly opensAtMs: number;
  readonly id: string;
}

export interface ListOptions {
  readonly limit: number;
  readonly after: Cursor | null;
  /** Ids of the only ones to list; null: all. */
  readonly only: readonly string[] | null;
}

export interface DropStore {
  /**
   * With its seed where the lobby is drawn, and its set-up for the checkout. Undefined: the id is taken.
   * @param asOf of an occurrence: when the series was last changed, as far as its maker knows
   * @throws SeriesChanged when it has been changed since, or ended
   */
  create(drop: NewDrop, who: Who, cloneOf: string | null, asOf?: Date): Promise<Drop | undefined>;
  change(step: Step): Promise<StepOutcome>;
  find(id: string): Promise<Drop | undefined>;
  /** Those of the ids that there are. */
  findAll(ids: readonly string[]): Promise<Map<string, Drop>>;
  /** Latest opening first. */
  list(options: ListOptions): Promise<Drop[]>;
  /** Those whose policy Redis must hold: all but the long closed, the archived, and rehearsals that have ended. */
  projected(): Promise<ProjectedDrop[]>;
  /** Ids of those in which something should have ended, by Postgres's clock; whoever ends it asks Redis's. */
  withEnded(): Promise<string[]>;
  /** The draw's seed in hex; '' for a drop that has none. Never for an answer or a log. */
  seedOf(drop: Pick<Drop, 'id' | 'commit'>): Promise<string>;
}

/** False: the entry of the journal was entered before. */
async function markEntered(trx: Trx, id: string): Promise<boolean> {
  const marked = await trx
    .insertInto('admin.journaled')
    .values({ entry_id: id })
    .onConflict((conflict) => conflict.column('entry_id').doNothing())
    .returning('entry_id')
    .executeTakeFirst();
  return marked !== undefined;
}

/** What a series says of its drops: whoever changes it of one drop means that drop. */
const PLANNED: readonly (keyof DropChange)[] = [
  ...(['name', 'opensAt', 'closesAt', 'timeZone', 'perShopperLimit', 'admission', 'page', 'access'] as const),
];

const isEditedAlone = (act: string, change: DropChange): boolean =>
  act !== SERIES_ACT && PLANNED.some((member) => member in change);

/** What the checkout keeps of a drop, too. */
const KNOWN_TO_CHECKOUT: readonly (keyof DropChange)[] = ['name', 'closesAt', 'perShopperLimit', 'admission'];

export function createDropStore(
  database: Database,
  vault: SeedVault,
  keys: Pick<AuditKeys, 'seal'>,
): DropStore {
  /** The drop's seed, made once and kept when a merchant changes their mind; its commitment. */
  async function commitmentOf(trx: Trx, drop: string): Promise<string> {
    const known = await trx
      .selectFrom('admin.seeds')
      .select('sealed')
      .where('drop_id', '=', drop)
      .executeTakeFirst();
    if (known) return commitOf(vault.open(drop, known.sealed));
    const seed = vault.create(drop);
    await trx.insertInto('admin.seeds').values({ drop_id: drop, sealed: seed.sealed }).execute();
    return commitOf(seed.hex);
  }

  return {
    create: (drop, who, cloneOf, asOf) =>
      database.transaction().execute(async (trx) => {
        if (drop.series && asOf) await holdSeries(trx, drop.series.id, asOf);
        const inserted = await trx
          .insertInto('admin.drops')
          .values({ ...columnsOf(drop), commit: null })
          // By its id or by its place in a series: of two instances that make one occurrence, which of the two the second meets is chance.
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!inserted) return undefined;
        let row = inserted;
        if (drop.admission.lobby === 'draw') {
          const commit = await commitmentOf(trx, drop.id);
          row = await trx
            .updateTable('admin.drops')
            .set({ commit })
            .where('drop_id', '=', drop.id)
            .returningAll()
            .executeTakeFirstOrThrow();
        }
        if (drop.products.length > 0) await wantSetup(trx, drop.id);
        const made = dropOf(row);
        await appendAudit(trx, keys, {
          ...who,
          act: cloneOf === null ? 'drop.create' : 'drop.clone',
          drop: drop.id,
          before: null,
          after: cloneOf === null ? made : { ...made, cloneOf },
        });
        return made;
      }),

    change: ({ act, drop: id, ifVersion, aboveVersion, decide, actor, reason, undoes, journaled, places }) =>
      database.transaction().execute(async (trx): Promise<StepOutcome> => {
        const found = await trx
          .selectFrom('admin.drops')
          .selectAll()
          .where('drop_id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!found) return { status: 'no-such-drop' };
        const drop = dropOf(found);
        if (ifVersion !== null && ifVersion !== drop.policyVersion)
          return { status: 'version-mismatch', version: drop.policyVersion };
        const wanted = decide(drop) ?? {};
        let change: DropChange = differing(drop, wanted);
        if (undoes !== undefined && !(await markUndone(trx, undoes))) return { status: 'undone-before' };
        if (places !== undefined && !(await takeUpload(trx, id, places)))
          return { status: 'unchanged', drop };
        if (journaled && !(await markEntered(trx, journaled.id))) return { status: 'entered-before' };
        const doneAt = journaled && { doneAt: journaled.at };
        if (Object.keys(change).length === 0) {
          const entry: AuditEntry = { act, drop: id, actor, reason, before: null, after: doneAt };
          if (doneAt) await appendAudit(trx, keys, entry);
          return { status: 'unchanged', drop };
        }
        if (change.admission && change.admission.lobby !== drop.admission.lobby)
          change = {
            ...change,
            commit: change.admission.lobby === 'draw' ? await commitmentOf(trx, id) : null,
          };
        const row = await trx
          .updateTable('admin.drops')
          .set({
            ...changeColumns(change),
            ...(drop.series && isEditedAlone(act, change) && { is_edited_alone: true }),
            policy_version: Math.max(drop.policyVersion, aboveVersion) + 1,
            updated_at: sql`now()`,
          })
          .where('drop_id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        if (drop.products.length > 0 && KNOWN_TO_CHECKOUT.some((member) => member in change))
          await wantSetup(trx, id);
        const changed = dropOf(row);
        const told = beforeAndAfter(drop, changed, change);
        const after = { ...told.after, ...(undoes !== undefined && { undoes }), ...doneAt };
        const entry: AuditEntry = { act, drop: id, actor, reason, before: told.before, after };
        await appendAudit(trx, keys, entry);
        return { status: 'changed', drop: changed };
      }),

    async find(id) {
      const row = await database
        .selectFrom('admin.drops')
        .selectAll()
        .where('drop_id', '=', id)
        .executeTakeFirst();
      return row && dropOf(row);
    },

    async findAll(ids) {
      if (ids.length === 0) return new Map();
      const rows = await database.selectFrom('admin.drops').selectAll().where('drop_id', 'in', ids).execute();
      return new Map(rows.map((row) => [row.drop_id, dropOf(row)]));
    },

    async list({ limit, after, only }) {
      let query = database.selectFrom('admin.drops').selectAll().where(NO_REHEARSAL);
      if (only) query = query.where(sql<boolean>`drop_id = any(${[...only]})`);
      if (after) {
        const { opensAtMs, id } = after;
        const at = new Date(opensAtMs);
        query = query.where((where) =>
          where.or([
            where('opens_at', '<', at),
            where.and([where('opens_at', '=', at), where('drop_id', '>', id)]),
          ]),
        );
      }
      const rows = await query.orderBy('opens_at', 'desc').orderBy('drop_id').limit(limit).execute();
      return rows.map(dropOf);
    },

    async projected() {
      const rows = await database
        .selectFrom('admin.drops')
        .select([
          'drop_id',
          'policy_version',
          'commit',
          sql<string | null>`page -> 'logo' ->> 'hash'`.as('logo'),
        ])
        .where(sql<boolean>`not (coalesce(closes_at, updated_at) < now() - ${CLOSED_KEPT} and
          (closes_at < now() or override = 'closed'))`)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('admin.rehearsals as r')
                .select('r.rehearsal_id')
                .whereRef('r.rehearsal_id', '=', 'admin.drops.drop_id')
                .where('r.ended_at', 'is not', null),
            ),
          ),
        )
        .where(({ not, exists, selectFrom }) =>
          // What is stored leaves Redis: it must not come back.
          not(
            exists(
              selectFrom('admin.archives as a')
                .select('a.drop_id')
                .whereRef('a.drop_id', '=', 'admin.drops.drop_id')
                .where('a.stored_at', 'is not', null),
            ),
          ),
        )
        .execute();
      return rows.map(({ drop_id, policy_version, commit, logo }) => ({
        id: drop_id,
        policyVersion: policy_version,
        hasSeed: commit !== null,
        logo,
      }));
    },

    async withEnded() {
      const rows = await database
        .selectFrom('admin.drops')
        .select('drop_id')
        .where((where) =>
          where.or([
            where('override_until', '<=', sql<Date>`now()`),
            where('ignore_capacity_until', '<=', sql<Date>`now()`),
          ]),
        )
        .execute();
      return rows.map(({ drop_id }) => drop_id);
    },

    async seedOf({ id, commit }) {
      if (commit === null) return '';
      const { sealed } = await database
        .selectFrom('admin.seeds')
        .select('sealed')
        .where('drop_id', '=', id)
        .executeTakeFirstOrThrow();
      return vault.open(id, sealed);
    },
  };
}
