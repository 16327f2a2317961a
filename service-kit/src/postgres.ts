/** A Postgres pool that never waits for ever: every wait has a limit, chosen for requests that shoppers wait for. */
import type { FastifyBaseLogger } from 'fastify';
import pg from 'pg';

export interface PostgresOptions {
  readonly url: string;
  readonly log: FastifyBaseLogger;
  /** Connections; default 10. */
  readonly max?: number;
  /** Longest statement; default 5000. Reports and migrations may need more. */
  readonly statementTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 2000;
const LOCK_TIMEOUT_MS = 2000;
const IDLE_IN_TRANSACTION_MS = 5000;

export function connectPostgres({ url, log, max = 10, statementTimeoutMs = 5000 }: PostgresOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // A server that has gone silent: a little after it should have ended the statement itself.
    query_timeout: statementTimeoutMs + 1000,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next query; unheard, its error would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'a Postgres connection was lost'));
  // Likewise one that is checked out for long, to listen for example: whoever holds it hears of it by its query.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.debug({ err: error }, 'a connection broke')),
  );
  return pool;
}
