/** What the checkout still has to be told of each drop: an outbox of one row a drop, since only the newest counts. */
import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';

/** The instance that made the change tries at once; after so long any other does. */
const FIRST_TRY = sql`interval '5 seconds'`;
/** Doubling from a second, so that a checkout that comes back is told within half a minute. */
const NEXT_TRY = sql`least(power(2, least(attempts, 5)), 30) * interval '1 second'`;
const ERROR_LENGTH_MAX = 500;

export interface SetupState {
  readonly drop: string;
  readonly wanted: number;
  readonly done: number;
  readonly lastError: string | null;
}

export interface SetupStore {
  /** At most `limit` that are due, taken so that no other instance sends them meanwhile. */
  claim(limit: number): Promise<SetupState[]>;
  find(drops: readonly string[]): Promise<Map<string, SetupState>>;
  /** The checkout has taken what was wanted as `version`. @returns what is wanted by now */
  done(drop: string, version: number): Promise<number>;
  /** `isMaybeTaken`: it may have come after what others have told since, so that it is told once more. */
  failed(drop: string, error: string, isMaybeTaken: boolean): Promise<void>;
  /** Drops the checkout does not know as they are planned. */
  countPending(): Promise<number>;
}

/** Inside the transaction of the change that the checkout has to be told. */
export async function wantSetup(trx: Trx, drop: string): Promise<void> {
  await trx
    .insertInto('admin.checkout_setups')
    .values({ drop_id: drop, last_error: null, next_try_at: sql`now() + ${FIRST_TRY}` })
    .onConflict((conflict) =>
      conflict.column('drop_id').doUpdateSet({
        wanted: sql`checkout_setups.wanted + 1`,
        attempts: 0,
        next_try_at: sql`now() + ${FIRST_TRY}`,
      }),
    )
    .execute();
}

export function createSetupStore(database: Database): SetupStore {
  const columns = ['drop_id as drop', 'wanted', 'done', 'last_error as lastError'] as const;
  return {
    claim: (limit) =>
      database
        .updateTable('admin.checkout_setups')
        .set({ attempts: sql`attempts + 1`, next_try_at: sql`now() + ${NEXT_TRY} + ${FIRST_TRY}` })
        .where('drop_id', 'in', (due) =>
          due
            .selectFrom('admin.checkout_setups')
            .select('drop_id')
            .whereRef('done', '<', 'wanted')
            .where('next_try_at', '<=', sql<Date>`now()`)
            .orderBy('next_try_at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .returning(columns)
        .execute(),
    async find(drops) {
      if (drops.length === 0) return new Map();
      const rows = await database
        .selectFrom('admin.checkout_setups')
        .select(columns)
        .where('drop_id', 'in', drops)
        .execute();
      return new Map(rows.map((row) => [row.drop, row]));
    },
    async done(drop, version) {
      const row = await database
        .updateTable('admin.checkout_setups')
        .set({ done: sql`greatest(done, ${version})`, last_error: null })
        .where('drop_id', '=', drop)
        .returning('wanted')
        .executeTakeFirst();
      return row?.wanted ?? version;
    },
    async failed(drop, error, isMaybeTaken) {
      await database
        .updateTable('admin.checkout_setups')
        .set({
          last_error: error.slice(0, ERROR_LENGTH_MAX),
          next_try_at: sql`now() + ${NEXT_TRY}`,
          ...(isMaybeTaken && { done: sql`least(done, wanted - 1)` }),
        })
        .where('drop_id', '=', drop)
        .where(sql<boolean>`(done < wanted or ${isMaybeTaken})`)
        .execute();
    },
    async countPending() {
      const { count } = await database
        .selectFrom('admin.checkout_setups')
        .select(sql<number>`count(*)::integer`.as('count'))
        .whereRef('done', '<', 'wanted')
        .executeTakeFirstOrThrow();
      return count;
    },
  };
}
