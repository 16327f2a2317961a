/** The order: paid. */
import { type Html, html } from '../html.ts';
import type { Stock } from '../room-facts.ts';
import { layout } from './layout.ts';
import { linesTable, type Priced } from './lines-table.ts';

export interface Order extends Priced {
  readonly id: string;
  readonly status: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface OrderView {
  readonly order: Order;
  readonly stock: Stock | null;
  readonly sendsReceipts: boolean;
}

export function orderPage({ order, stock, sendsReceipts }: OrderView): Html {
  const receipt = sendsReceipts
    ? 'If you gave an e-mail address, your receipt is on its way to it.'
    : 'In a real shop a receipt would come by e-mail.';
  const body = html`<section class="turn"><p class="kicker">Paid</p><h1>Thank you. It is yours.</h1>
<p class="lead">Order <strong data-order="${order.id}">${order.id.slice(0, 8).toUpperCase()}</strong> of <time datetime="${order.createdAt}">${order.createdAt.slice(0, 16).replace('T', ' ')} UTC</time>.</p>
<div class="columns"><div class="card"><h2>What happens now</h2><ol class="next"><li>Your payment has been taken, once.</li>
<li>${receipt} Your pair would follow a few days later.</li><li>Your turn is over: the next one in line is in.</li></ol>
<p><a class="button" href="/">Back to the shop</a></p></div><aside class="card"><h2>Your order</h2>${linesTable(order, stock)}</aside></div></section>`;
  return layout({ title: 'Order', step: 'done', body });
}
