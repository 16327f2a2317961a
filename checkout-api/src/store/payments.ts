/** What Postgres knows of payments: which attempt is under way, how it ended, and the order that came of it. */
import type { Line } from '../domain/lines.ts';
import { type Holder, linesOf } from './reservations.ts';
import { type Database, query } from './statements.ts';

/** An attempt that has begun: the hold neither expires nor is released until its outcome is recorded. */
export interface BegunPayment {
  attempt: number;
  amountMinor: number;
  currency: string;
}

/** An attempt whose outcome nobody has recorded. */
export interface UnsettledPayment extends BegunPayment {
  id: string;
  drop: string;
  method: string;
  ageSeconds: number;
}

export interface Order {
  id: string;
  drop: string;
  reservationId: string;
  status: 'paid';
  lines: Line[];
  amountMinor: number;
  currency: string;
  createdAt: Date;
}

export interface PaymentStore {
  /** Undefined: not this holder's, not held any more, or a payment is under way already. */
  begin(holder: Holder, id: string, provider: string, method: string): Promise<BegunPayment | undefined>;
  /** Held becomes sold, one order. Repeating it changes nothing. */
  settle(id: string, chargeId: string): Promise<void>;
  /** The attempt is known to have taken no money. Repeating it changes nothing. */
  fail(id: string, attempt: number, status: 'declined' | 'voided', reason: string): Promise<void>;
  /** Up to `limit` attempts under way for at least `ageSeconds`. */
  listUnsettled(ageSeconds: number, limit: number): Promise<UnsettledPayment[]>;
  findOrder(holder: Holder, id: string): Promise<Order | undefined>;
}

export function createPaymentStore(database: Database): PaymentStore {
  return {
    async begin(holder, id, provider, method) {
      const values = [id, holder.drop, holder.jti, provider, method];
      const [begun] = await query<BegunPayment & Record<string, unknown>>(database, 'begin-payment', values);
      return begun;
    },
    async settle(id, chargeId) {
      await query(database, 'settle-payments', [[id], [chargeId]]);
    },
    async fail(id, attempt, status, reason) {
      await query(database, 'fail-payment', [id, attempt, status, reason]);
    },
    listUnsettled(ageSeconds, limit) {
      return query<UnsettledPayment & Record<string, unknown>>(database, 'find-unsettled-payments', [
        ageSeconds,
        limit,
      ]);
    },
    async findOrder(holder, id) {
      type Row = Omit<Order, 'lines'> & { skus: string[]; quantities: number[]; unitPricesMinor?: number[] };
      const [row] = await query<Row>(database, 'find-order', [id, holder.drop, holder.jti]);
      if (row === undefined) return undefined;
      const { skus, quantities, unitPricesMinor: _prices, ...order } = row;
      return { ...order, lines: linesOf({ skus, quantities }) };
    },
  };
}
