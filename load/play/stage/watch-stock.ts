/** Looks at the stock again and again while the drop runs: promise 6 holds at every instant, not only at the end. */
import type { StockRow } from '../judge/books.ts';
import { pause } from '../web/patience.ts';
import type { BookReader } from './read-books.ts';

const EVERY_MS = 250;

/** Runs until `over`; answers what it saw. */
export async function watchStock(
  books: Pick<BookReader, 'stock'>,
  over: AbortSignal,
  see: (rows: readonly StockRow[]) => void,
): Promise<StockRow[][]> {
  const samples: StockRow[][] = [];
  while (!over.aborted) {
    const rows = await books.stock();
    samples.push(rows);
    see(rows);
    await pause(EVERY_MS, over);
  }
  return samples;
}
