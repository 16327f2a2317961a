/** What is left of each product, where the merchant shows it: as the pulse says, and at once where a stream tells. Told to nobody aloud: it changes all the time. */
import { stockRows } from './describe.ts';
import { make } from './make.ts';
import type { Page, Stock } from './page.ts';

/** @returns shows a picture; nothing where none is shown, or none is known */
export function createStock({ room, locale, find }: Page): (stock: Stock | undefined) => void {
  if (!room.stock) return () => {};
  const list = find('stock');
  return (stock) => {
    const rows = stockRows(stock?.products ?? [], room.texts, locale);
    list.hidden = rows.length === 0;
    list
      .querySelector('dl')
      ?.replaceChildren(
        ...rows.map(({ name, left, isGone }) =>
          make(
            'div',
            isGone ? { className: 'gone' } : {},
            make('dt', { textContent: name, dir: 'auto' }),
            make('dd', { textContent: left }),
          ),
        ),
      );
  };
}
