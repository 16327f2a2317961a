/** Reads every file of sql/ once and hands it out by name, as a prepared statement. No query text stands anywhere else. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Pool, QueryResultRow } from 'pg';
import { isTransient } from './postgres-errors.ts';

/** A pool of connections to Postgres, as service-kit's `connectPostgres` makes it. */
export type Database = Pool;

/** Times a statement is sent when each ends in a deadlock: it has done nothing then, and the other one has gone on. */
const sendsMax = 3;

const folder = new URL('../../sql/', import.meta.url);

const statements = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => [file.slice(0, -'.sql'.length), readFileSync(new URL(file, folder), 'utf8')]),
);

/**
 * The text of `sql/<name>.sql`.
 *
 * @throws Error when there is no such file
 */
export function statementText(name: string): string {
  const text = statements.get(name);
  if (text === undefined) throw new Error(`there is no sql/${name}.sql`);
  return text;
}

/**
 * Runs `sql/<name>.sql` as one statement, which is also one transaction; again when Postgres gave it up for another one.
 *
 * @throws Error when there is no such file; otherwise what Postgres or the connection threw
 */
export async function query<Row extends QueryResultRow>(
  database: Database,
  name: string,
  values: unknown[],
): Promise<Row[]> {
  const text = statementText(name);
  for (let sends = 1; ; sends++) {
    try {
      const { rows } = await database.query<Row>({ name, text, values });
      return rows;
    } catch (error) {
      if (sends >= sendsMax || !isTransient(error)) throw error;
    }
  }
}

/**
 * Runs `sql/<name>.sql` with a plan made for these very values, for statements whose right plan depends on which are given.
 * Costs a plan each time, so nothing that shoppers wait for.
 *
 * @throws as `query`
 */
export async function queryAsPlanned<Row extends QueryResultRow>(
  database: Database,
  name: string,
  values: unknown[],
): Promise<Row[]> {
  const { rows } = await database.query<Row>(statementText(name), values);
  return rows;
}
