/** "12 left", the same words as the script of the page writes. */
import { type Html, html } from '../html.ts';
import type { Product } from '../room-facts.ts';

const FEW = 10;

export function stockLine({ sku, available }: Product): Html {
  const level = available <= 0 ? 'none' : available <= FEW ? 'few' : 'many';
  const text = available <= 0 ? 'Sold out' : `${available} left`;
  return html`<p class="stock" data-sku="${sku}" data-level="${level}">${text}</p>`;
}
