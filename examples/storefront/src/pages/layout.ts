/** The frame around every page. */
import { type Html, html } from '../html.ts';
import { SCRIPT_HREF, STYLE_HREF } from '../routes/assets.ts';

export interface LayoutOptions {
  readonly title: string;
  readonly body: Html;
  /** Steps of the purchase; the current one is marked. Left out on pages that are no step. */
  readonly step?: 'cart' | 'pay' | 'done';
  /** The page looks again by itself: with scripts it stays as it is until there is something new. */
  readonly refreshSeconds?: number | undefined;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23161a1d'/%3E%3Cpath d='M4 12V4l8 8V4' stroke='%23ffb454' stroke-width='2' fill='none'/%3E%3C/svg%3E";
const STEPS = [
  ['cart', 'Cart'],
  ['pay', 'Pay'],
  ['done', 'Done'],
] as const;

export function layout({ title, body, step, refreshSeconds }: LayoutOptions): Html {
  return html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · Northbound</title><link rel="icon" href="${ICON}"><link rel="stylesheet" href="${STYLE_HREF}">
${refreshSeconds ? html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>` : null}</head>
<body><a class="skip" href="#main">Skip to content</a>
<header class="bar"><a class="brand" href="/">Northbound</a>${step ? steps(step) : html`<p class="tag">Limited runs. No bots, no rush.</p>`}</header>
<main id="main"${refreshSeconds ? html` data-renew-seconds="${refreshSeconds}"` : null}>${body}</main>
<footer class="foot"><p>An example shop behind a Sluice waiting room. Nothing is shipped, no card is charged.</p></footer>
<script src="${SCRIPT_HREF}" defer></script></body></html>`;
}

function steps(current: string): Html {
  return html`<ol class="steps">${STEPS.map(
    ([id, label]) => html`<li${id === current ? html` aria-current="step"` : null}>${label}</li>`,
  )}</ol>`;
}
