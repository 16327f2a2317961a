/** Acts that meet: each is made to wait for what somebody else holds before the next may begin. */
import { waitUntil } from '@sluice/service-kit/testing';
import type { Database } from '../../src/store/statements.ts';

export interface Held {
  /** What whoever holds it has done so far; each a statement with its values. */
  by: readonly (readonly [query: string, values: readonly unknown[]])[];
  /** Default `rollback`. */
  end?: 'commit' | 'rollback';
}

/** Starts acts one after another while a transaction is open, each when the one before waits; ends it then. How the acts ended. */
export async function whileHeld<Answer>(
  database: Database,
  { by, end = 'rollback' }: Held,
  acts: readonly (() => Promise<Answer>)[],
): Promise<PromiseSettledResult<Answer>[]> {
  const holder = await database.connect();
  try {
    await holder.query('begin');
    for (const [query, values] of by) await holder.query(query, [...values]);
    const started: Promise<Answer>[] = [];
    for (const act of acts) {
      started.push(act());
      await untilWaiting(database, started.length);
    }
    await holder.query(end);
    return await Promise.allSettled(started);
  } finally {
    holder.release(true);
  }
}

/** Resolves when so many wait for a lock in this database. */
export async function untilWaiting(database: Database, count: number): Promise<void> {
  await waitUntil(
    async () => {
      const { rowCount } = await database.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === count;
    },
    { what: `${count} waiting for a lock` },
  );
}
