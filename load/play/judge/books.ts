/** What the checkout's database and the payment provider's own ledger say about one drop: the judge's second and third witness. */

/** One SKU, read in one statement: its balances beside what its reservations add up to. */
export interface StockRow {
  readonly sku: string;
  /** Initial plus every recorded movement. */
  readonly putIn: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  /** Units in reservations that are held, and in those that are paid. */
  readonly unitsHeld: number;
  readonly unitsPaid: number;
}

export interface ReservationRow {
  readonly id: string;
  readonly jti: string;
  readonly status: string;
  readonly amountMinor: number;
}

export interface OrderRow {
  readonly id: string;
  readonly reservationId: string;
  readonly chargeId: string;
  readonly amountMinor: number;
}

/** A line of the provider's ledger; `reference` is the reservation. */
export interface ChargeRow {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly amountMinor: number;
}

export interface SessionRow {
  readonly sessionId: string;
  readonly jti: string;
  readonly reserveUntilMs: number;
}

export interface Books {
  readonly stock: readonly StockRow[];
  readonly reservations: readonly ReservationRow[];
  readonly orders: readonly OrderRow[];
  readonly charges: readonly ChargeRow[];
  readonly sessions: readonly SessionRow[];
}
