/** What is bought, as a table. */
import { type Html, html } from '../html.ts';
import { formatMoney } from '../money.ts';
import type { Stock } from '../room-facts.ts';

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export interface Priced {
  readonly lines: readonly Line[];
  readonly amountMinor: number;
  readonly currency: string;
}

export function linesTable({ lines, amountMinor, currency }: Priced, stock: Stock | null): Html {
  const productOf = (sku: string) => stock?.products.find((product) => product.sku === sku);
  return html`<table><thead><tr><th scope="col">Product</th><th scope="col">Pairs</th><th scope="col">Price</th></tr></thead>
<tbody>${lines.map(({ sku, quantity }) => {
    const product = productOf(sku);
    const price = product ? formatMoney(product.priceMinor * quantity, currency) : '';
    return html`<tr><td>${product?.name ?? sku}</td><td>${quantity}</td><td>${price}</td></tr>`;
  })}</tbody>
<tfoot><tr><th scope="row" colspan="2">Total</th><td class="price">${formatMoney(amountMinor, currency)}</td></tr></tfoot></table>`;
}
