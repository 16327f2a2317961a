import { createTestDatabase, startRelay, type TestDatabase, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectPostgres } from '../src/postgres.ts';
import { isStoreFault } from '../src/store-fault.ts';
import { startSilentServer } from './support/silent-server.ts';
import { createTestLog } from './support/test-app.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

function connect(url: string, options: { max?: number; statementTimeoutMs?: number } = {}) {
  const { log, lines } = createTestLog();
  const pool = connectPostgres({ url, log: log as never, ...options });
  opened.push({ close: () => pool.end() });
  return { pool, lines };
}

const errorOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => Promise.reject(new Error('it should have failed')),
    (error: Error) => error,
  );

test('a statement, a lock and an idle transaction have limits, set on the server for every connection', async () => {
  const { pool } = connect(database.url, { statementTimeoutMs: 1234 });
  const { rows } = await pool.query(
    `select name, setting::int from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`,
  );
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: 5000 },
    { name: 'lock_timeout', setting: 2000 },
    { name: 'statement_timeout', setting: 1234 },
  ]);
});

test('a statement that takes too long is ended, as a store fault', async () => {
  const { pool } = connect(database.url, { statementTimeoutMs: 100 });
  const error = await errorOf(pool.query('select pg_sleep(30)'));
  expect(error).toMatchObject({ code: '57014' });
  expect(isStoreFault(error)).toBe(true);
});

test('a pool that is used up is not waited for without end', async () => {
  const { pool } = connect(database.url, { max: 1 });
  const client = await pool.connect();
  const error = await errorOf(pool.query('select 1'));
  client.release();
  expect(error.message).toBe('timeout exceeded when trying to connect');
  expect(isStoreFault(error)).toBe(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a server that takes the connection and says nothing is given up', async () => {
  const silent = await startSilentServer();
  opened.push(silent);
  const { pool } = connect(`postgres://u:p@127.0.0.1:${silent.port}/x`);
  const error = await errorOf(pool.query('select 1'));
  expect(isStoreFault(error)).toBe(true);
  expect(silent.connections()).toBe(1);
});

test('a connection that has gone silent in the middle is given up, and another serves the next query', async () => {
  const relay = await startRelay(database.url);
  opened.push(relay);
  const { pool } = connect(relay.url, { max: 1, statementTimeoutMs: 200 });
  await pool.query('select 1');
  relay.silence();
  expect(isStoreFault(await errorOf(pool.query('select 1')))).toBe(true);
  relay.mend();
  await waitUntil(async () => (await pool.query('select 1 as one')).rows[0]?.one === 1);
});

test('a connection that is lost while idle ends neither the process nor the pool', async () => {
  const { pool, lines } = connect(database.url, { max: 1 });
  const other = connect(database.url, { max: 1 });
  const { rows } = await pool.query('select pg_backend_pid() as pid');
  await other.pool.query('select pg_terminate_backend($1)', [rows[0].pid]);
  await waitUntil(() => lines().some(({ msg }) => msg === 'a Postgres connection was lost'));
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
