/** Drops, products and balances as the control plane manages them, and the picture of them that the public may see. */
import { isViolationOf } from './postgres-errors.ts';
import { type Database, query } from './statements.ts';

export interface ProductSetup {
  sku: string;
  name: string;
  priceMinor: number;
  /** Units put in when the SKU is first seen; later changes are movements. */
  stock: number;
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
  total: number;
}

export interface StockMovement {
  id: number;
  drop: string;
  sku: string;
  delta: number;
  reason: string;
  actor: string;
  at: Date;
}

export interface StockPicture {
  currency: string;
  products: { sku: string; name: string; priceMinor: number; available: number }[];
}

export interface StockStore {
  /** Creates the drop, or changes everything about it but the stock of SKUs it has. */
  putDrop(drop: string, setup: DropSetup): Promise<void>;
  /** Puts stock in (+) or takes it out (-): never more than is available. */
  move(
    movement: Pick<StockMovement, 'drop' | 'sku' | 'delta' | 'reason' | 'actor'>,
  ): Promise<StockMovement | 'no-such-sku' | 'not-enough-stock'>;
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
    async move({ drop, sku, delta, reason, actor }) {
      try {
        const values = [drop, sku, delta, reason, actor];
        const [row] = await query<StockMovement & Record<string, unknown>>(
          database,
          'record-stock-movement',
          values,
        );
        if (row === undefined) return 'no-such-sku';
        return row;
      } catch (error) {
        if (isViolationOf(error, 'stock_not_negative')) return 'not-enough-stock';
        throw error;
      }
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
