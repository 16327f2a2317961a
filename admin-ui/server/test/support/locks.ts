/** Two acts that meet: both are made to wait for the same rows before either may go on. */
import { waitUntil } from '@sluice/service-kit/testing';
import type pg from 'pg';

interface Stores {
  readonly database: pg.Pool;
}

type Locking = readonly [query: string, values: readonly unknown[]];

/** Until so many wait for a lock; a job may be among them. */
export async function untilWaiting({ database }: Stores, count: number): Promise<void> {
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
  { database }: Stores,
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
  stores: Stores,
  lock: Locking,
  start: () => Promise<Answer>[],
): Promise<Answer[]> =>
  holding(stores, [lock], async (letGo) => {
    const acts = start();
    await untilWaiting(stores, acts.length);
    await letGo('rollback');
    return Promise.all(acts);
  });
