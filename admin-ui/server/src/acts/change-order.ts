/** Orders refunded, called off, marked as sent. All of it is audited: who and why. */

import type { Refund } from '../clients/checkout-orders.ts';
import type { Danger } from '../domain/dangers.ts';
import { actInCheckout } from './ask-checkout.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';
import { readOrder, type Visible } from './find-orders.ts';

export interface OrderAct {
  readonly id: string;
  readonly visible: Visible;
  readonly actor: string;
}

export interface RefundAct extends OrderAct {
  readonly key: string;
  readonly reason: string;
  /** Undefined: all that is left. */
  readonly amountMinor?: number;
  readonly returnToSale?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly isConfirmed: boolean;
}

function moneyText(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/**
 * Decides that money goes back; the provider confirms it later.
 * @throws Problem `no-such-order`, `confirmation-required`, `order-state`, `refund-too-large`, `idempotency-key-reused`,
 *   `invalid-request`, `orders-unavailable`, `checkout-outcome-unknown`, `no-checkout`
 */
export async function refundOrder(plane: ControlPlane, act: RefundAct): Promise<Refund> {
  const { id, visible, actor, key, reason, amountMinor, returnToSale, isConfirmed } = act;
  const { order } = await readOrder(plane, id, visible);
  const left = order.amountMinor - order.refundedMinor - order.refundingMinor;
  const units = (returnToSale ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  const dangers: Danger[] = [
    `${moneyText(amountMinor ?? left, order.currency)} goes back to the shopper, and can not be taken again.`,
  ];
  if (units > 0) dangers.push(`${units} of the units go back on sale.`);
  requireConfirmation(dangers, isConfirmed);
  const wish = {
    reason,
    actor,
    ...(amountMinor !== undefined && { amountMinor }),
    ...(returnToSale !== undefined && { returnToSale }),
  };
  const after = { order: id, amountMinor: amountMinor ?? null, returnToSale: returnToSale ?? [] };
  return actInCheckout(
    plane,
    { act: 'order.refund', drop: order.drop, actor, reason, after },
    ({ orders }) => orders.refund(id, key, wish),
    { told: (refund) => ({ refund: refund.id, amountMinor: refund.amountMinor }) },
  );
}

/** Calls an order off before its goods have left. @throws as `refundOrder` */
export async function cancelOrder(plane: ControlPlane, act: Omit<RefundAct, 'amountMinor' | 'returnToSale'>) {
  const { id, visible, actor, key, reason, isConfirmed } = act;
  const { order } = await readOrder(plane, id, visible);
  requireConfirmation(
    [
      `The order is called off: ${moneyText(order.amountMinor, order.currency)} goes back, every unit is for sale again.`,
    ],
    isConfirmed,
  );
  return actInCheckout(
    plane,
    { act: 'order.cancel', drop: order.drop, actor, reason, after: { order: id } },
    ({ orders }) => orders.cancel(id, key, { reason, actor }),
    { told: (refund) => ({ refund: refund.id, amountMinor: refund.amountMinor }) },
  );
}

/** The goods have left. @throws Problem `no-such-order`, `order-state`, `orders-unavailable`, `no-checkout` */
export async function fulfilOrder(plane: ControlPlane, act: OrderAct & { readonly reason: string | null }) {
  const { id, visible, actor, reason } = act;
  const { order } = await readOrder(plane, id, visible);
  await actInCheckout(
    plane,
    { act: 'order.fulfil', drop: order.drop, actor, reason, after: { order: id } },
    ({ orders }) => orders.fulfil(id),
  );
  return (await readOrder(plane, id, visible)).order;
}
