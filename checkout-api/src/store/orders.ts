/**
 * Orders and the money on its way back. What may happen in which state comes from domain/order-states.ts and goes into
 * every statement; two that race are decided by the order's row.
 */
import type { Line } from '../domain/lines.ts';
import { type OrderState, orderTransitions } from '../domain/order-states.ts';
import { type Holder, linesOf } from './reservations.ts';
import { type Database, query } from './statements.ts';

export interface Order {
  id: string;
  drop: string;
  reservationId: string;
  status: OrderState;
  lines: Line[];
  amountMinor: number;
  /** Confirmed to be back. */
  refundedMinor: number;
  /** On its way back. */
  refundingMinor: number;
  currency: string;
  createdAt: Date;
}

export interface Refund {
  id: string;
  /** Null for money that came too late for its hold. */
  orderId: string | null;
  kind: 'refund' | 'cancellation' | 'late_payment' | 'provider';
  status: 'pending' | 'succeeded' | 'refused';
  amountMinor: number;
  /** For sale again once the money is back. */
  returned: Line[];
  reason: string;
  actor: string;
  /** The provider's reason. */
  refusal: string | null;
  requestedAt: Date;
  settledAt: Date | null;
}

/** A refund with what the provider needs to know. */
export interface RefundOrder extends Refund {
  provider: string;
  chargeId: string;
  currency: string;
  reservationId: string;
}

export interface RefundRequest {
  orderId: string;
  kind: 'refund' | 'cancellation';
  /** The same key is the same refund. */
  key: string;
  /** Undefined: all that is left. */
  amountMinor?: number | undefined;
  returned: Line[];
  reason: string;
  actor: string;
}

export type RefundAnswer =
  | { verdict: 'requested' | 'replayed'; refundId: string }
  | { verdict: 'no-such-order' }
  | { verdict: 'key-reused' | 'lines' }
  | { verdict: 'state'; state: OrderState }
  | { verdict: 'amount'; leftMinor: number };

export interface OrderStore {
  /** The order, if it is this holder's. */
  findOwn(holder: Holder, id: string): Promise<Order | undefined>;
  find(id: string): Promise<Order | undefined>;
  /** The goods have left. Undefined: no such order. */
  fulfil(id: string): Promise<{ state: OrderState; fulfilled: boolean; refunding: boolean } | undefined>;
  /** Decides that money goes back, and leaves the job that sees to it in the same transaction. */
  requestRefund(request: RefundRequest): Promise<RefundAnswer>;
  findRefund(id: string): Promise<RefundOrder | undefined>;
  listRefunds(orderId: string): Promise<Refund[]>;
  /** Records the provider's word; the order and the stock follow. False: it was known. */
  settleRefund(
    id: string,
    outcome: { status: 'succeeded'; providerRefundId: string } | { status: 'refused'; reason: string },
  ): Promise<boolean>;
  /** Somebody gave money back at the provider itself. False: it was known, or there is no order. */
  recordProviderRefund(
    reservationId: string,
    attempt: number,
    providerRefundId: string,
    amountMinor: number,
  ): Promise<boolean>;
}

const transitions = JSON.stringify(orderTransitions);

export function createOrderStore(database: Database): OrderStore {
  async function find(values: [id: string, drop: string | null, jti: string | null]) {
    type Row = Omit<Order, 'lines'> & { skus: string[]; quantities: number[] };
    const [row] = await query<Row>(database, 'find-order', values);
    if (row === undefined) return undefined;
    const { skus, quantities, ...order } = row;
    return { ...order, lines: linesOf({ skus, quantities }) };
  }

  return {
    findOwn: (holder, id) => find([id, holder.drop, holder.jti]),
    find: (id) => find([id, null, null]),
    async fulfil(id) {
      type Row = { state: OrderState; fulfilled: boolean; refunding: boolean };
      const [row] = await query<Row>(database, 'fulfil-order', [id, transitions]);
      return row;
    },
    async requestRefund({ orderId, kind, key, amountMinor, returned, reason, actor }) {
      const skus = returned.map((line) => line.sku);
      const quantities = returned.map((line) => line.quantity);
      const [row] = await query<RefundAnswer & Record<string, unknown>>(database, 'request-refund', [
        ...[orderId, kind, key, amountMinor ?? null, skus, quantities, reason, actor, transitions],
      ]);
      if (row === undefined) throw new Error('request_refund answered nothing');
      return row;
    },
    async findRefund(id) {
      const [row] = await query<RefundRow & RefundOrder>(database, 'find-refund', [id]);
      return row && (refundOf(row) as RefundOrder);
    },
    async listRefunds(orderId) {
      return (await query<RefundRow>(database, 'list-refunds', [orderId])).map(refundOf);
    },
    async settleRefund(id, outcome) {
      const { status } = outcome;
      const values = status === 'succeeded' ? [outcome.providerRefundId, null] : [null, outcome.reason];
      const [row] = await query<{ settled: boolean }>(database, 'settle-refund', [
        id,
        status,
        ...values,
        transitions,
      ]);
      return row?.settled === true;
    },
    async recordProviderRefund(...refund) {
      const values = [...refund, transitions];
      const [row] = await query<{ recorded: boolean }>(database, 'record-provider-refund', values);
      return row?.recorded === true;
    },
  };
}

type RefundRow = Omit<Refund, 'returned'> & { skus: string[]; quantities: number[] };

function refundOf({ skus, quantities, ...refund }: RefundRow): Refund {
  return { ...refund, returned: linesOf({ skus, quantities }) };
}
