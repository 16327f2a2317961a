import { expect, test } from 'vitest';
import {
  nextOrderState,
  type OrderEvent,
  type OrderState,
  orderEvents,
  orderStates,
} from '../../src/domain/order-states.ts';

/** The whole machine as a table that a person can check: row = state, column = event. */
const expected: Record<OrderState, Record<OrderEvent, OrderState | undefined>> = {
  paid: {
    fulfil: 'fulfilled',
    cancel: 'cancelled',
    refund_part: 'partially_refunded',
    refund_rest: 'refunded',
  },
  fulfilled: {
    fulfil: undefined,
    cancel: undefined,
    refund_part: 'partially_refunded',
    refund_rest: 'refunded',
  },
  partially_refunded: {
    fulfil: 'fulfilled',
    cancel: undefined,
    refund_part: 'partially_refunded',
    refund_rest: 'refunded',
  },
  refunded: { fulfil: undefined, cancel: undefined, refund_part: undefined, refund_rest: undefined },
  cancelled: { fulfil: undefined, cancel: undefined, refund_part: undefined, refund_rest: undefined },
};

test('every event in every state leads where the table says, or nowhere', () => {
  for (const state of orderStates)
    for (const event of orderEvents)
      expect(nextOrderState(state, event), `${event} in ${state}`).toBe(expected[state][event]);
});

test('every state but the first is reached, and from the last ones nothing leads on', () => {
  const reached = new Set(
    orderStates.flatMap((state) => orderEvents.map((event) => nextOrderState(state, event))),
  );
  expect([...orderStates].filter((state) => !reached.has(state))).toEqual(['paid']);
});
