/** The choice: which product, how many. */
import { type Html, html } from '../html.ts';
import { groupModels } from '../models.ts';
import { formatMoney } from '../money.ts';
import type { Stock } from '../room-facts.ts';
import { layout } from './layout.ts';
import { shoe } from './shoe.ts';
import { stockLine } from './stock-line.ts';
import { problemText } from './words.ts';

export interface BuyView {
  readonly stock: Stock | null;
  readonly sku: string | undefined;
  readonly problem: string | undefined;
  /** Idempotency key of the reservation this page can make. */
  readonly key: string;
  /** RFC 3339; until then a reservation can be made. */
  readonly until: string;
}

export function buyPage({ stock, sku, problem, key, until }: BuyView): Html {
  const products = stock?.products ?? [];
  const chosen =
    products.find((product) => product.sku === sku && product.available > 0) ??
    products.find(({ available }) => available > 0);
  const body = html`<section class="turn"><p class="kicker">Your turn</p><h1>Choose your pair</h1>
<p class="lead">You are in. Choose within <strong data-until="${until}">the next minutes</strong>; what you reserve is then held for you while you pay.</p>
${problem ? html`<p class="alert" role="alert">${problemText(problem)}</p>` : null}
<form class="card" method="post" action="/buy/reserve"><input type="hidden" name="key" value="${key}">
${groupModels(products).map(
  (model, index) =>
    html`<fieldset><legend class="model">${shoe(index)}<span>${model.name}<small>${formatMoney(model.priceMinor, stock?.currency ?? 'EUR')}</small></span></legend>${model.variants.map(
      ({ product, label }) => html`<label class="choice">
<input type="radio" name="sku" value="${product.sku}" required${product === chosen ? html` checked` : null}${product.available > 0 ? null : html` disabled`}>
<span class="choice-name">${label || product.name}</span>${stockLine(product)}</label>`,
    )}</fieldset>`,
)}
<label class="field">How many <select name="quantity"><option>1</option><option>2</option><option>3</option></select></label>
<button class="button">Reserve</button></form></section>`;
  return layout({ title: 'Choose', step: 'choose', body });
}
