/**
 * The states of an order and what may happen in each: the one place where this is written. Statements take the table as
 * a parameter and change an order only from a state that it names; constraints are the last guard behind them.
 *
 * An order begins `paid`: what comes before (held, paying, expired) is the reservation's story.
 */

export const orderStates = ['paid', 'fulfilled', 'partially_refunded', 'refunded', 'cancelled'] as const;
export type OrderState = (typeof orderStates)[number];

export const isOrderState = (text: string): text is OrderState =>
  (orderStates as readonly string[]).includes(text);

/**
 * - `fulfil`: the goods have left.
 * - `cancel`: called off before they left; all the money is back, every unit is for sale again.
 * - `refund_part`, `refund_rest`: money is back, some of it or the last of it; goods may be for sale again.
 *
 * The last three happen when the provider has confirmed that the money is back, not when somebody asks for it.
 */
export const orderEvents = ['fulfil', 'cancel', 'refund_part', 'refund_rest'] as const;
export type OrderEvent = (typeof orderEvents)[number];

/** Event → state before → state after. What is not here does not happen. */
export const orderTransitions: Readonly<
  Record<OrderEvent, Readonly<Partial<Record<OrderState, OrderState>>>>
> = {
  fulfil: { paid: 'fulfilled', partially_refunded: 'fulfilled' },
  cancel: { paid: 'cancelled' },
  refund_part: {
    paid: 'partially_refunded',
    fulfilled: 'partially_refunded',
    partially_refunded: 'partially_refunded',
  },
  refund_rest: { paid: 'refunded', fulfilled: 'refunded', partially_refunded: 'refunded' },
};

/** The state after the event, or undefined when it can't happen in this state. */
export function nextOrderState(state: OrderState, event: OrderEvent): OrderState | undefined {
  return orderTransitions[event][state];
}
