/** The hold: what is reserved, how long, and how to pay. */
import { type Html, html } from '../html.ts';
import { formatMoney } from '../money.ts';
import type { Stock } from '../room-facts.ts';
import { layout } from './layout.ts';
import { type Line, linesTable } from './lines-table.ts';
import { problemText } from './words.ts';

export interface Hold {
  readonly id: string;
  readonly status: 'held' | 'processing' | 'paid' | 'released' | 'expired';
  readonly lines: readonly Line[];
  readonly amountMinor: number;
  readonly currency: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface HoldView {
  readonly hold: Hold;
  readonly stock: Stock | null;
  readonly problem: string | undefined;
  /** What was typed as the address for the receipt; null where none is offered. */
  readonly receiptTo: string | null;
}

const REFRESH_SECONDS = 2;

export function holdPage({ hold, stock, problem, receiptTo }: HoldView): Html {
  const isProcessing = hold.status === 'processing';
  const body = html`<section class="turn"><p class="kicker">Reserved for you</p><h1>${isProcessing ? 'Taking your payment' : 'Pay and it is yours'}</h1>
<p class="lead">${isProcessing ? html`This takes a moment. You need not do anything.` : html`Nobody else can buy it for <strong data-until="${hold.expiresAt}">until ${hold.expiresAt.slice(11, 16)} UTC</strong>.`}</p>
${problem ? html`<p class="alert" role="alert">${problemText(problem)}</p>` : null}
<div class="columns"><div class="card">${isProcessing ? html`<p class="progress" role="status">Processing</p>` : payForms(hold, receiptTo, problem === 'receipt-refused')}</div>
<aside class="card"><h2>Your order</h2>${linesTable(hold, stock)}</aside></div></section>`;
  return layout({
    title: 'Pay',
    step: 'pay',
    body,
    refreshSeconds: isProcessing ? REFRESH_SECONDS : undefined,
  });
}

function payForms(hold: Hold, receiptTo: string | null, isWrongAddress: boolean): Html {
  return html`<form method="post" action="/hold/${hold.id}/pay"><fieldset><legend>Pay with</legend>
<label class="choice"><input type="radio" name="method" value="sandbox:ok" checked><span class="choice-name">Test card<small>is accepted</small></span></label>
<label class="choice"><input type="radio" name="method" value="sandbox:decline"><span class="choice-name">Test card without cover<small>is declined</small></span></label></fieldset>
${receiptTo === null ? null : receiptField(receiptTo, isWrongAddress)}
<button class="button wide">Pay ${formatMoney(hold.amountMinor, hold.currency)}</button></form>
<form method="post" action="/hold/${hold.id}/release"><button class="quiet">Give it back</button></form>`;
}

function receiptField(address: string, isWrong: boolean): Html {
  return html`<p class="field"><label for="receipt-to">E-mail for your receipt</label>
<input id="receipt-to" name="receiptTo" type="email" autocomplete="email" maxlength="254" value="${address}" aria-describedby="receipt-note"${isWrong ? html` aria-invalid="true"` : null}>
<small id="receipt-note">If you want one. The address is deleted once it has been sent.</small></p>`;
}
