/** Statements that Postgres has run in the stack's database, by `pg_stat_statements`: by whomever, for whatever reason. */
import type { Pool } from 'pg';
import { Failure } from '../../scripts/lib/failure.mjs';

/** @throws Failure when the server does not count */
export async function countStatements(postgres: Pool): Promise<number> {
  try {
    await postgres.query('create extension if not exists pg_stat_statements');
    const { rows } = await postgres.query<{ calls: string }>(
      'select sum(calls) as calls from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())',
    );
    return Number(rows[0]?.calls);
  } catch (error) {
    throw new Failure(
      `This Postgres does not count statements (${(error as Error).message}): put pg_stat_statements into its shared_preload_libraries.`,
    );
  }
}
