/** Connections to Postgres that never end the process, and a pool that never waits for ever: limits chosen for requests that shoppers wait for. */
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

/**
 * One connection of its own for `work`, without limits: for libraries that would otherwise open one whose loss nobody hears of,
 * which would end the process. What it was at when the connection broke is rejected.
 */
export async function withPostgresConnection<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
