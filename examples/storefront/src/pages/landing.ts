/** The front page. */
import { type Html, html } from '../html.ts';
import { groupModels, type Model } from '../models.ts';
import { formatMoney } from '../money.ts';
import type { Pulse, Stock } from '../room-facts.ts';
import { layout } from './layout.ts';
import { shoe } from './shoe.ts';
import { phaseLine } from './phase-line.ts';
import { stockLine } from './stock-line.ts';

export interface LandingView {
  readonly stock: Stock | null;
  readonly pulse: Pulse | null;
}

const ASK_AGAIN_SECONDS = 2;

export function landingPage({ stock, pulse }: LandingView): Html {
  const models = groupModels(stock?.products ?? []);
  const body = html`<section class="hero"><p class="kicker">${phaseLine(pulse)}</p>
<h1>One run. A fair place in line for everyone.</h1><p class="lead">${lead(pulse)}</p></section>
<section class="products" aria-label="Products">${models.map((model, index) => modelCard(model, index, stock?.currency ?? 'EUR'))}${
    models.length === 0 ? placeholder() : null
  }</section>
<section class="notes"><div><h2>Why is there a line?</h2><p>More people come than there are pairs. A line lets the checkout work calmly, and nobody gains anything by reloading.</p></div>
<div><h2>Is it fair?</h2><p>Whoever is here before the opening gets a place drawn at random, from a seed that was fixed before. After that it is first come, first served.</p></div>
<div><h2>Will my place be kept?</h2><p>Yes. Close the tab, lose the network, come back: your place stays yours.</p></div></section>`;
  // It says that stock is shown shortly: then it must be, with scripts or without.
  return layout({ title: 'The drop', body, refreshSeconds: stock ? undefined : ASK_AGAIN_SECONDS });
}

function modelCard({ name, slug, priceMinor, variants }: Model, index: number, currency: string): Html {
  return html`<article class="product"><a class="picture" href="/shoes/${slug}" tabindex="-1" aria-hidden="true">${shoe(index)}</a><div class="facts"><h2>${name}</h2><p class="price">${formatMoney(priceMinor, currency)}</p>
<ul class="variants">${variants.map(({ product, label }) => html`<li>${label ? html`<span>${label}</span>` : null}${stockLine(product)}</li>`)}</ul>
<a class="button" href="/shoes/${slug}">Choose a size</a></div></article>`;
}

function placeholder(): Html {
  return html`<article class="product">${shoe(0)}<div class="facts"><h2>This drop</h2><p class="stock" data-level="unknown">Stock is shown here shortly</p>
<a class="button" href="/buy">Buy</a></div></article>`;
}

function lead(pulse: Pulse | null): string {
  if (pulse?.phase === 'sold_out') {
    return 'Every pair is taken. Reservations that lapse come back on sale, so a place in line is still worth something.';
  }
  if (pulse?.phase === 'closed') return 'Thank you for coming. See you at the next one.';
  return 'Press Buy and you get a place. When it is your turn we bring you straight to the checkout, with time to pay.';
}
