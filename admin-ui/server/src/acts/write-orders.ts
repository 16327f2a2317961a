/** Orders as lines of CSV or JSON, page by page. */
import { stringify } from 'csv-stringify/sync';

interface ExportedOrder {
  readonly id: string;
  readonly drop: string;
  readonly status: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly amountMinor: number;
  readonly refundedMinor: number;
  readonly refundingMinor: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly fulfilledAt: string | null;
  readonly number: string;
  readonly reference: string | null;
  readonly customer: string | null;
}

const COLUMNS = [
  'id',
  'drop',
  'status',
  'createdAt',
  'fulfilledAt',
  'amountMinor',
  'refundedMinor',
  'refundingMinor',
  'currency',
  'lines',
  'customer',
  'reference',
  'number',
] as const;

/** A header, then a line an order; its lines as `2 × shoe; 1 × lace`. What a spreadsheet would take for a formula is quoted. */
export async function* ordersCsv(pages: AsyncIterable<readonly ExportedOrder[]>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for await (const page of pages) {
    if (page.length === 0) continue;
    const rows = page.map((order) => ({
      ...order,
      lines: order.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join('; '),
    }));
    yield stringify(rows, { columns: [...COLUMNS], escape_formulas: true });
  }
}

export async function* ordersJsonLines(
  pages: AsyncIterable<readonly ExportedOrder[]>,
): AsyncGenerator<string> {
  for await (const page of pages)
    if (page.length > 0) yield `${page.map((order) => JSON.stringify(order)).join('\n')}\n`;
}
