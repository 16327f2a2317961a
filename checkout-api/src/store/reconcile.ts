/** Holds the books against what they are made of. Reads only, in one snapshot: sales may go on. */
import { type Database, query } from './statements.ts';

/** A balance that is not what its entries add up to. */
export interface Difference {
  drop: string;
  /** A SKU, one of its rows, a reservation, or `a shopper` (whose name is nobody's business). */
  subject: string;
  balance: string;
  stored: number;
  recomputed: number;
}

export interface Reconciliation {
  /** Balances that were recomputed. */
  checked: number;
  differences: Difference[];
}

/** Recomputes every balance of one drop, or of all. */
export async function reconcile(database: Database, drop: string | null = null): Promise<Reconciliation> {
  const [row] = await query<Reconciliation & Record<string, unknown>>(database, 'reconcile', [drop]);
  if (row === undefined) throw new Error('reconcile answered no row');
  return row;
}

/** How late holds were given back, in seconds by Postgres's clock. */
export interface ExpiryLag {
  holds: number;
  /** Null: no hold has run out. */
  p50Seconds: number | null;
  p99Seconds: number | null;
  maxSeconds: number | null;
}

/** Of one drop, or of all; computed from when each hold was to end and when it did. */
export async function measureExpiryLag(database: Database, drop: string | null = null): Promise<ExpiryLag> {
  const [row] = await query<ExpiryLag & Record<string, unknown>>(database, 'expiry-lag', [drop]);
  if (row === undefined) throw new Error('expiry-lag answered no row');
  return row;
}
