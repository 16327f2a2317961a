/** Products as a table: the columns, and what a spreadsheet makes of cells. */
import type { Product } from './drop.ts';
import { type Fault, faultAt } from './fault.ts';

export const PRODUCT_COLUMNS = ['sku', 'name', 'priceMinor', 'stock'] as const;

/** Cells that begin so are written with an apostrophe before them, and read without it. */
export const UNQUOTED = /^'(?=[=+\-@\t\r])/;

/**
 * Rows as they were parsed → products, or what is wrong, by line.
 * @param rows the header first
 */
export function readProductRows(rows: readonly (readonly string[])[]): {
  products: Product[];
  faults: Fault[];
} {
  const [header = [], ...lines] = rows;
  const faults: Fault[] = [
    ...header.flatMap((name): Fault[] =>
      (PRODUCT_COLUMNS as readonly string[]).includes(name)
        ? []
        : [{ path: '/1', reason: `names an unknown column ${name}` }],
    ),
    ...PRODUCT_COLUMNS.flatMap((name): Fault[] =>
      header.includes(name) ? [] : [{ path: '/1', reason: `must name the column ${name}` }],
    ),
    ...(new Set(header).size < header.length ? [faultAt('/1', 'names a column twice')] : []),
  ];
  if (faults.length > 0) return { products: [], faults };
  const products = lines.map((line, index) => {
    const cell = (name: (typeof PRODUCT_COLUMNS)[number]) =>
      (line[header.indexOf(name)] ?? '').replace(UNQUOTED, '');
    const whole = (name: 'priceMinor' | 'stock') => {
      const text = cell(name);
      if (/^\d{1,10}$/.test(text)) return Number(text);
      faults.push({ path: `/${index + 2}/${name}`, reason: 'must be a whole number' });
      return 0;
    };
    return { sku: cell('sku'), name: cell('name'), priceMinor: whole('priceMinor'), stock: whole('stock') };
  });
  return { products, faults };
}
