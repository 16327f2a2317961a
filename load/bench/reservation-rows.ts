/** Looks acknowledged reservations up in Postgres itself. */
import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';

/**
 * Every acknowledged reservation is a row of its own, there is no other, and the stock counts exactly as many as held.
 * @param file ids, one a line
 * @throws Error otherwise
 */
export async function demandEveryReservation(
  postgres: Pool,
  drop: string,
  file: string,
  expected: { readonly acknowledged: number; readonly others: number },
): Promise<{ rowsInPostgres: number; distinctSessions: number }> {
  const ids = new Set(readFileSync(file, 'latin1').split('\n').slice(0, -1));
  const { rows } = await postgres.query<{ rows: number; sessions: number; units: number; held: number }>(
    `select count(*)::integer as rows, count(distinct jti)::integer as sessions, sum(units)::integer as units,
            (select sum(held)::integer from checkout.stock where drop_id = $1) as held
       from checkout.reservations where drop_id = $1 and status = 'held'`,
    [drop],
  );
  const { rows: kept = 0, sessions = 0, units = 0, held = 0 } = rows[0] ?? {};
  const found = await postgres.query(
    'select from checkout.reservations where drop_id = $1 and id = any ($2)',
    [drop, [...ids]],
  );
  const counts = {
    answered: expected.acknowledged,
    ids: ids.size,
    idsInPostgres: found.rowCount ?? 0,
    rows: kept - expected.others,
  };
  if (new Set(Object.values(counts)).size > 1 || units !== kept || held !== kept) {
    throw new Error(
      `201s, ids, rows and stock do not agree: ${JSON.stringify({ ...counts, units, held, others: expected.others })}`,
    );
  }
  return { rowsInPostgres: counts.rows, distinctSessions: sessions };
}
