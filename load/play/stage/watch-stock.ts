/** Looks at the stock again and again while the drop runs: promise 6 holds at every instant, not only at the end. */
import type { StockRow } from '../judge/books.ts';
import { pause } from '../web/patience.ts';
import type { BookReader } from './read-books.ts';

const EVERY_MS = 250;

/**
 * Runs until `over`; answers what it saw. While the books can't be read they are not looked at: whether that may happen
 * is for `onFault` to say, which may throw.
 */
export async function watchStock(
  books: Pick<BookReader, 'stock'>,
  over: AbortSignal,
  see: (rows: readonly StockRow[]) => void,
  onFault: (error: unknown) => void,
): Promise<StockRow[][]> {
  const samples: StockRow[][] = [];
  while (!over.aborted) {
    try {
      const rows = await books.stock();
      samples.push(rows);
      see(rows);
    } catch (error) {
      onFault(error);
    }
    await pause(EVERY_MS, over);
  }
  return samples;
}
