/** One model: its picture, sizes with live stock, and the way in. */
import { type Html, html } from '../html.ts';
import type { Model } from '../models.ts';
import { formatMoney } from '../money.ts';
import type { Pulse } from '../room-facts.ts';
import { layout } from './layout.ts';
import { phaseLine } from './phase-line.ts';
import { shoe } from './shoe.ts';
import { stockLine } from './stock-line.ts';

export interface ProductView {
  readonly model: Model;
  /** Chooses its colour. */
  readonly index: number;
  readonly currency: string;
  readonly pulse: Pulse | null;
}

export function productPage({ model, index, currency, pulse }: ProductView): Html {
  const { name, priceMinor, variants } = model;
  const chosen = variants.find(({ product }) => product.available > 0)?.product;
  // What is sold out may come back while somebody waits, so there is always a way into the line.
  const body = html`<p class="crumbs"><a href="/">The drop</a> / ${name}</p>
<article class="detail"><div class="stage">${shoe(index)}</div>
<div class="facts"><p class="kicker">${phaseLine(pulse)}</p><h1>${name}</h1><p class="price">${formatMoney(priceMinor, currency)}</p>
<p class="lead">Knitted in one piece, on a cork footbed and a sole that can be replaced. Made once, in one run.</p>
<form action="/buy"><fieldset><legend>Size</legend>${variants.map(
    ({ product, label }) => html`<label class="choice">
<input type="radio" name="sku" value="${product.sku}"${product === chosen ? html` checked` : null}>
<span class="choice-name">${label || product.name}</span>${stockLine(product)}</label>`,
  )}</fieldset><button class="button wide">Buy</button></form>
<p class="fine">You get a place in line first. Nothing is reserved until it is your turn.</p></div></article>`;
  return layout({ title: name, body });
}
