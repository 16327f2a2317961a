/** Acts that meet in Postgres: each is made to wait for rows that somebody else holds before any may go on. */
import type pg from 'pg';
import { waitUntil } from './wait-until.ts';

/** A statement that locks rows, with its values. */
export type Locking = readonly [query: string, values: readonly unknown[]];

/** Until so many wait for a lock; a job may be among them. */
export async function untilWaiting(database: pg.Pool, count: number): Promise<void> {
  await waitUntil(
    async () => {
      const { rowCount } = await database.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return (rowCount ?? 0) >= count;
    },
    { what: 'the acts waiting for one another' },
  );
}

/** Does something while somebody else holds what `statements` lock; the hold ends as `meanwhile` is told to end it. */
export async function holding<T>(
  database: pg.Pool,
  statements: readonly Locking[],
  meanwhile: (letGo: (how: 'commit' | 'rollback') => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const holder = await database.connect();
  try {
    await holder.query('begin');
    for (const [query, values] of statements) await holder.query(query, [...values]);
    return await meanwhile((how) => holder.query(how));
  } finally {
    holder.release(true);
  }
}

/** Starts acts while somebody else holds the rows of `lock`, and lets go when all of them wait; their answers. */
export const whileLocked = <Answer>(
  database: pg.Pool,
  lock: Locking,
  start: () => Promise<Answer>[],
): Promise<Answer[]> =>
  holding(database, [lock], async (letGo) => {
    const acts = start();
    await untilWaiting(database, acts.length);
    await letGo('rollback');
    return Promise.all(acts);
  });
