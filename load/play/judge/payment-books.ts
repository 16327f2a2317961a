/** Promise 6, money: one order, one captured payment of its amount; or none, and then no money either. */
import type { Books } from './books.ts';

export interface PaymentVerdict {
  readonly ordersPaid: number;
  /** Charges that the provider captured. */
  readonly captured: number;
  /** Captures beyond the first of a reservation. */
  readonly doubleCharges: number;
  /** Orders without exactly their own captured charge, or of another amount than it or their reservation. */
  readonly ordersUnpaid: number;
  /** Captured for reservations that led to no order. */
  readonly capturedWithoutOrder: number;
  /** Reservations that are paid without one order, or have one without being paid. */
  readonly ordersAstray: number;
}

export function judgePayments({ reservations, orders, charges }: Books): PaymentVerdict {
  const captures = charges.filter(({ status }) => status === 'captured');
  const captureById = new Map(captures.map((charge) => [charge.id, charge]));
  const capturesOf = countBy(captures, ({ reference }) => reference);
  const ordersOf = countBy(orders, ({ reservationId }) => reservationId);
  const reservationById = new Map(reservations.map((reservation) => [reservation.id, reservation]));
  const paid = reservations.filter(({ status }) => status === 'paid');
  return {
    ordersPaid: orders.length,
    captured: captures.length,
    doubleCharges: [...capturesOf.values()].reduce((sum, count) => sum + count - 1, 0),
    ordersUnpaid: orders.filter(({ chargeId, reservationId, amountMinor }) => {
      const charge = captureById.get(chargeId);
      return (
        charge?.reference !== reservationId ||
        charge.amountMinor !== amountMinor ||
        reservationById.get(reservationId)?.amountMinor !== amountMinor
      );
    }).length,
    capturedWithoutOrder: [...capturesOf.keys()].filter((reference) => !ordersOf.has(reference)).length,
    ordersAstray:
      paid.filter(({ id }) => ordersOf.get(id) !== 1).length +
      orders.filter(({ reservationId }) => reservationById.get(reservationId)?.status !== 'paid').length,
  };
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
