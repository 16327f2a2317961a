/** Moves stock by a table: all lines are checked before the first is moved, and each is a movement of its own under a key of its own. */
import { Problem, problem } from '@sluice/service-kit';
import { type Danger, stockDangers } from '../domain/dangers.ts';
import { readMovementRows } from '../domain/stock-csv.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';
import { moveStock, readStock } from './move-stock.ts';

export interface StockTable {
  readonly drop: string;
  /** As they were parsed, the header first. */
  readonly rows: readonly (readonly string[])[];
  /** With the number of a line after it: sent again, the table moves what has not been moved. */
  readonly key: string;
  readonly actor: string;
  readonly isConfirmed: boolean;
}

export interface MovedTable {
  readonly moved: { line: number; sku: string; delta: number; movement: number }[];
  /** Refused meanwhile, or not answered: the table may be sent again under its key. */
  readonly failed: { line: number; sku: string; type: string; reason: string }[];
}

/** @throws Problem 400 `invalid-request` by line, `confirmation-required` with all dangers at once, and what {@link readStock} throws */
export async function moveStockTable(
  plane: ControlPlane,
  { drop, rows, key, actor, isConfirmed }: StockTable,
): Promise<MovedTable> {
  const balances = await readStock(plane, drop);
  const { movements, faults } = readMovementRows(
    rows,
    balances.map(({ sku }) => sku),
  );
  const errors = faults.map(({ path, reason }) => ({ field: `line${path.replaceAll('/', '.')}`, reason }));
  if (errors[0]) throw problem('invalid-request', `${errors[0].field} ${errors[0].reason}`, { errors });
  const dangers = movements.flatMap(({ line, sku, delta }) => {
    const balance = balances.find((one) => one.sku === sku);
    return balance ? stockDangers(balance, delta).map((danger): Danger => `Line ${line}: ${danger}`) : [];
  });
  requireConfirmation(dangers, isConfirmed);
  const done: MovedTable = { moved: [], failed: [] };
  for (const { line, sku, delta, reason } of movements) {
    try {
      const { id } = await moveStock(plane, {
        ...{ drop, sku, delta, reason, actor, key: `${key}:${line}`, isConfirmed: true },
      });
      done.moved.push({ line, sku, delta, movement: id });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      done.failed.push({ line, sku, type: error.type, reason: error.message });
    }
  }
  return done;
}
