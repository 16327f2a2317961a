/** Stock as a table: the columns, and the movements that a table asks for. */

import type { Fault } from './fault.ts';
import { UNQUOTED } from './product-csv.ts';
import type { Reason } from './reasons.ts';

/** Of the balances as they go out. */
export const BALANCE_COLUMNS = ['sku', 'initial', 'available', 'held', 'sold', 'total'] as const;

/** Of the movements as they come in. */
export const MOVEMENT_COLUMNS = ['sku', 'delta', 'reason'] as const;

export interface RowMovement {
  /** Of the table, the header being 1. */
  readonly line: number;
  readonly sku: string;
  readonly delta: number;
  readonly reason: string;
}

const REASON_LENGTH_MAX = 200;
const DELTA = /^[+-]?\d{1,9}$/;

/**
 * Rows as they were parsed → movements, or what is wrong, by line.
 * @param rows the header first
 * @param skus of the drop
 */
export function readMovementRows(
  rows: readonly (readonly string[])[],
  skus: readonly string[],
): { movements: RowMovement[]; faults: Fault[] } {
  const [header = [], ...lines] = rows;
  const faults: Fault[] = [];
  const told = (line: number, column: string, reason: Reason) =>
    faults.push({ path: column ? `/${line}/${column}` : `/${line}`, reason });
  for (const name of header)
    if (!(MOVEMENT_COLUMNS as readonly string[]).includes(name))
      told(1, '', `names an unknown column ${name}`);
  for (const name of MOVEMENT_COLUMNS)
    if (header.filter((one) => one === name).length !== 1) told(1, '', `must name the column ${name} once`);
  if (faults.length > 0) return { movements: [], faults };
  if (lines.length === 0) told(1, '', 'is followed by no movement');
  const movements = lines.map((cells, index) => {
    const line = index + 2;
    const cell = (name: (typeof MOVEMENT_COLUMNS)[number]) =>
      (cells[header.indexOf(name)] ?? '').replace(UNQUOTED, '');
    const [sku, delta, reason] = [cell('sku'), cell('delta'), cell('reason')];
    if (!skus.includes(sku)) told(line, 'sku', 'is no SKU of this drop');
    if (!DELTA.test(delta)) told(line, 'delta', 'must be a whole number, like 20 or -5');
    else if (Number(delta) === 0) told(line, 'delta', 'must not be 0');
    if (reason === '' || reason.length > REASON_LENGTH_MAX)
      told(line, 'reason', `must have 1 to ${REASON_LENGTH_MAX} characters`);
    return { line, sku, delta: Number(delta), reason };
  });
  return { movements, faults };
}
