/** Drops, products and balances as the control plane manages them, and the picture of them that the public may see. */
import { type Database, query } from './statements.ts';

export interface ProductSetup {
  sku: string;
  name: string;
  priceMinor: number;
  /** Units put in when the SKU is first seen; later changes are movements. */
  stock: number;
  /** Rows its stock is split over, 1 to 64. It never shrinks: a lower figure than before changes nothing. */
  parts: number;
}

export interface DropSetup {
  name: string;
  closesAt: Date | null;
  holdSeconds: number;
  tokenSeconds: number;
  perShopperLimit: number;
  currency: string;
  products: ProductSetup[];
}

export interface Balance {
  sku: string;
  initial: number;
  available: number;
  held: number;
  sold: number;
  /** Everything put in: initial and every movement since. */
  total: number;
  parts: number;
  /** The number of the SKU's last movement, 0 for none. Sales do not change it. */
  ledger: number;
}

/** An entry of the ledger: it is written once and never changed. */
export interface StockMovement {
  id: number;
  delta: number;
  reason: string;
  actor: string;
  at: Date;
}

/** What to do to the stock of a SKU, why, and who does it. */
export type StockChange = { drop: string; sku: string; reason: string; actor: string } & (
  | { delta: number; key: string | null }
  /** `total` units in all, if the movement numbered `after` is still the last one. */
  | { total: number; after: number }
);

export type StockChangeOutcome =
  | {
      verdict: 'moved' | 'replayed';
      movement: StockMovement;
      ledger: number;
      available: number;
      total: number;
    }
  | {
      verdict: 'unchanged' | 'changed' | 'not-enough-stock';
      ledger: number;
      available: number;
      total: number;
    }
  | { verdict: 'no-such-sku' | 'key-reused' };

export interface StockPicture {
  /** Rises with every change of the rest, so that an older picture is known by its lower version. */
  version: number;
  at: Date;
  currency: string;
  products: { sku: string; name: string; priceMinor: number; available: number }[];
}

export interface StockStore {
  /** Creates the drop, or changes everything about it but the stock of SKUs it has. */
  putDrop(drop: string, setup: DropSetup): Promise<void>;
  /** Moves stock: by a difference, never more out than is available; or to a total, if nobody else moved it since. */
  change(change: StockChange): Promise<StockChangeOutcome>;
  /** Up to `limit` movements of a SKU, newest first, from before the one numbered `before` if that is given. */
  listMovements(drop: string, sku: string, before: number | null, limit: number): Promise<StockMovement[]>;
  /** Undefined: no such drop. */
  list(drop: string): Promise<Balance[] | undefined>;
  picture(drop: string): Promise<StockPicture | undefined>;
}

export function createStockStore(database: Database): StockStore {
  return {
    async putDrop(drop, setup) {
      const { name, closesAt, holdSeconds, tokenSeconds, perShopperLimit, currency, products } = setup;
      const values = [drop, name, closesAt, holdSeconds, tokenSeconds, perShopperLimit, currency];
      await query(database, 'put-drop', [...values, JSON.stringify(products)]);
    },
    async change(change) {
      const { drop, sku, reason, actor } = change;
      const [delta, total, after, key] =
        'delta' in change ? [change.delta, null, null, change.key] : [null, change.total, change.after, null];
      type Row = StockChangeOutcome & { movement: (Omit<StockMovement, 'at'> & { at: number }) | null };
      const values = [drop, sku, delta, total, after, reason, actor, key];
      const [row] = await query<Row>(database, 'move-stock', values);
      if (row === undefined) throw new Error('move_stock answered no row');
      const { movement, ...outcome } = row;
      return (
        movement ? { ...outcome, movement: { ...movement, at: new Date(movement.at) } } : outcome
      ) as StockChangeOutcome;
    },
    listMovements(drop, sku, before, limit) {
      type Row = StockMovement & Record<string, unknown>;
      return query<Row>(database, 'list-movements', [drop, sku, before, limit]);
    },
    async list(drop) {
      const [row] = await query<{ products: Balance[] }>(database, 'list-stock', [drop]);
      return row?.products;
    },
    async picture(drop) {
      const [row] = await query<StockPicture & Record<string, unknown>>(database, 'stock-picture', [drop]);
      return row;
    },
  };
}
