/** The end of rehearsals: what there is of one in the ledger, and in the books of the sandbox. */
import { type Database, query } from './statements.ts';

export interface RehearsalStore {
  /**
   * Deletes all there is of a rehearsal; repeating it is safe. What was under way meanwhile may leave something behind, so it is
   * done again until nothing was there.
   * @returns how many rows there were
   * @throws for a drop that is none: Postgres refuses
   */
  remove(drop: string): Promise<number>;
}

/** @param sandboxDatabase the sandbox's own pool: its books are not the checkout's */
export function createRehearsalStore(database: Database, sandboxDatabase: Database): RehearsalStore {
  return {
    async remove(drop) {
      // First what can't be found any more once the reservations are gone.
      const [found] = await query<{ ids: string[] }>(database, 'list-rehearsed-reservations', [drop]);
      await query(sandboxDatabase, 'sandbox-forget-charges', [found?.ids ?? []]);
      const [row] = await query<{ rows: number }>(database, 'delete-rehearsal', [drop]);
      return row?.rows ?? 0;
    },
  };
}
