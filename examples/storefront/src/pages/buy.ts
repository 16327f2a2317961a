/** The cart: how many of which size, reserved together or not at all. */
import { type Html, html } from '../html.ts';
import { groupModels } from '../models.ts';
import { formatMoney } from '../money.ts';
import type { Product, Stock } from '../room-facts.ts';
import { layout } from './layout.ts';
import { shoe } from './shoe.ts';
import { stockLine } from './stock-line.ts';
import { problemText } from './words.ts';

/** What one form can ask for of a size; the drop's own limit is the checkout's to keep. */
export const QUANTITY_MAX = 3;

export interface BuyView {
  readonly stock: Stock | null;
  /** Units by SKU, as the shopper came with or chose before. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly problem: string | undefined;
  /** Idempotency key of the reservation this page can make. */
  readonly key: string;
  /** RFC 3339; until then a reservation can be made. */
  readonly until: string;
}

export function buyPage({ stock, wanted, problem, key, until }: BuyView): Html {
  const products = stock?.products ?? [];
  const cart = fillCart(products, wanted);
  const currency = stock?.currency ?? 'EUR';
  const totalMinor = products.reduce(
    (sum, { sku, priceMinor }) => sum + (cart.get(sku) ?? 0) * priceMinor,
    0,
  );
  const row = (
    product: Product,
    label: string,
  ) => html`<li class="row"><label for="q-${product.sku}" class="choice-name">${label || product.name}</label>${stockLine(product)}
<select id="q-${product.sku}" name="quantity:${product.sku}" data-price="${product.priceMinor}"${product.available > 0 ? null : html` disabled`}>${Array.from(
    { length: QUANTITY_MAX + 1 },
    (_, count) =>
      html`<option${count === (cart.get(product.sku) ?? 0) ? html` selected` : null}>${count}</option>`,
  )}</select></li>`;
  const body = html`<section class="turn"><p class="kicker">Your turn</p><h1>Your cart</h1>
<p class="lead">You are in. Decide within <strong data-until="${until}">the next minutes</strong>; what you reserve is then held for you while you pay.</p>
${problem ? html`<p class="alert" role="alert">${problemText(problem)}</p>` : null}
<form class="card" method="post" action="/buy/reserve"><input type="hidden" name="key" value="${key}">
${groupModels(products).map(
  (model, index) =>
    html`<fieldset><legend class="model">${shoe(index)}<span>${model.name}<small>${formatMoney(model.priceMinor, currency)} a pair</small></span></legend>
<ul class="cart">${model.variants.map(({ product, label }) => row(product, label))}</ul></fieldset>`,
)}
<p class="total"><span>Total</span> <output data-total data-currency="${currency}">${formatMoney(totalMinor, currency)}</output></p>
<button class="button wide">Reserve and pay</button></form></section>`;
  return layout({ title: 'Cart', step: 'cart', body });
}

/** What is wanted, as far as there is any; one of the first that is there, if nothing is. */
function fillCart(
  products: readonly Product[],
  wanted: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const there = products.filter(({ available }) => available > 0);
  const kept = there.flatMap(({ sku }) => {
    const count = Math.min(wanted.get(sku) ?? 0, QUANTITY_MAX);
    return count > 0 ? [[sku, count] as const] : [];
  });
  const [first] = there;
  return new Map(kept.length > 0 || !first ? kept : [[first.sku, 1]]);
}
