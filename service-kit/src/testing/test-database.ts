/** A Postgres database of a test's own. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { storeUrl } from './stores.ts';

export interface TestDatabase {
  readonly url: string;
  /** Ends its connections and removes it. */
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const url = new URL(storeUrl('DATABASE_URL'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(url.href, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async drop() {
      await onServer(url.href, waitForLeavers(name));
      await onServer(url.href, `drop database if exists ${name} with (force)`);
    },
  };
}

/**
 * A pool that has ended may still have a connection on its way out; told that it was thrown out, with nobody listening
 * any more, that would end the test run. Those that stay for a second are left open on purpose, or forgotten.
 */
function waitForLeavers(name: string): string {
  return `do $$ begin
    for attempt in 1 .. 50 loop
      perform pg_stat_clear_snapshot();
      exit when not exists (select from pg_stat_activity where datname = '${name}' and backend_type = 'client backend');
      perform pg_sleep(0.02);
    end loop;
  end $$`;
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
