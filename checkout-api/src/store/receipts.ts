/** Who wants a receipt, and where it goes, until it has been sent. */
import type { Holder } from './reservations.ts';
import { type Database, query } from './statements.ts';

/** An order as its receipt tells of it. */
export interface Receipt {
  /** Of the order. */
  id: string;
  amountMinor: number;
  currency: string;
  createdAt: Date;
  dropName: string;
  lines: { name: string; quantity: number }[];
  address: string;
  /** Of the shopper: one that the checkout has words for. */
  lang: string;
}

export interface ReceiptStore {
  /** The newest wish counts. Nothing is kept for a reservation that is not this holder's, or not held any more. */
  wish(holder: Holder, reservation: string, address: string, lang: string): Promise<void>;
  /** Undefined: it has been sent, or nobody asked. */
  find(order: string): Promise<Receipt | undefined>;
  /** It has been sent. */
  forget(order: string): Promise<void>;
  /** Forgets addresses of holds that ended without an order, and those older than `days`. */
  purge(days: number): Promise<void>;
}

export function createReceiptStore(database: Database): ReceiptStore {
  return {
    async wish({ drop, jti }, reservation, address, lang) {
      await query(database, 'wish-receipt', [reservation, drop, jti, address, lang]);
    },
    async find(order) {
      type Row = Omit<Receipt, 'lines'> & { quantities: number[]; names: string[] };
      const [row] = await query<Row>(database, 'find-receipt', [order]);
      if (row === undefined) return undefined;
      const { names, quantities, ...receipt } = row;
      return { ...receipt, lines: names.map((name, at) => ({ name, quantity: quantities[at] ?? 0 })) };
    },
    async forget(order) {
      await query(database, 'forget-receipt', [order]);
    },
    async purge(days) {
      await query(database, 'purge-receipts', [days]);
    },
  };
}
