/** Which errors mean that Redis or Postgres cannot be reached or asked right now: 503 for the caller, not 500. */

const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** ioredis gives most of its faults no code, only these beginnings. */
const REDIS_MESSAGES =
  /^(?:Connection is closed|Cluster isn't ready|Cluster is (?:ended|disconnect)|Failed to refresh slots cache|None of startup nodes|Too many Cluster redirections|Command timed out|Stream isn't writeable|Reached the max retries|(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|OOM|MISCONF|BUSY|NOREPLICAS)\b)/;

/** pg and pg-pool: connection exceptions, shutdown, too many connections, time-outs. */
const SQL_STATES = /^(?:08|57P|53[0-9]|57014|55P03|25P03)/;
const POSTGRES_MESSAGES =
  /^(?:timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error)/;

export function isStoreFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (CODES.has(code) || SQL_STATES.test(code))) return true;
  if (error instanceof AggregateError) return error.errors.some(isStoreFault);
  return REDIS_MESSAGES.test(error.message) || POSTGRES_MESSAGES.test(error.message);
}
