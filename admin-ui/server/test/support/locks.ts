/** Two acts that meet: both are made to wait for the same rows before either may go on. */
import { waitUntil } from '@sluice/service-kit/testing';
import type pg from 'pg';

/** Starts acts while somebody else holds the rows of `lock`, and lets go when all of them wait; their answers. */
export async function whileLocked<Answer>(
  { database }: { readonly database: pg.Pool },
  [query, values]: readonly [query: string, values: unknown[]],
  start: () => Promise<Answer>[],
): Promise<Answer[]> {
  const holder = await database.connect();
  try {
    await holder.query('begin');
    await holder.query(query, values);
    const acts = start();
    await waitUntil(
      async () => {
        const { rowCount } = await database.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        // A job may wait there, too.
        return (rowCount ?? 0) >= acts.length;
      },
      { what: 'the acts waiting for one another' },
    );
    await holder.query('rollback');
    return await Promise.all(acts);
  } finally {
    holder.release(true);
  }
}
