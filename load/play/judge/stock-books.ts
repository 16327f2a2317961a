/** Promise 6, stock: what was put in = available + held + sold, never oversold, never lost. */
import type { StockRow } from './books.ts';

export interface StockVerdict {
  readonly sold: number;
  readonly held: number;
  readonly left: number;
  /** Units promised to shoppers that never existed. */
  readonly oversold: number;
  /** Units that the balances have too few or too many of, against what the reservations add up to. */
  readonly lostUnits: number;
}

/** Reservations say what shoppers were promised; the balances must follow from them. */
export function judgeStock(rows: readonly StockRow[]): StockVerdict {
  const sum = (of: (row: StockRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    sold: sum((row) => row.unitsPaid),
    held: sum((row) => row.unitsHeld),
    left: sum((row) => row.available),
    oversold: sum((row) => Math.max(0, row.unitsHeld + row.unitsPaid - row.putIn)),
    lostUnits: sum(
      (row) =>
        Math.abs(row.putIn - row.unitsHeld - row.unitsPaid - row.available) +
        Math.abs(row.held - row.unitsHeld) +
        Math.abs(row.sold - row.unitsPaid),
    ),
  };
}
