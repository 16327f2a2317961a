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
