/** Stored reservations and orders → what the API shows. */
import type { Delivery, EventTarget } from '../store/events.ts';
import type { DeadJob } from '../store/jobs.ts';
import type { Order, Refund } from '../store/orders.ts';
import type { Reservation } from '../store/reservations.ts';
import type { ReservationPromise } from '../store/reserve-batch.ts';

/** The answer to the request that made it; the same bytes for ever under its idempotency key. */
export function promiseView(drop: string, reservation: ReservationPromise) {
  const { id, lines, amountMinor, currency, expiresAt } = reservation;
  return {
    id,
    drop,
    status: 'held' as const,
    lines,
    amountMinor,
    currency,
    expiresAt: expiresAt.toISOString(),
  };
}

/** A reservation as it is now. `processing`: a payment is under way. */
export function reservationView(reservation: Reservation) {
  const { id, drop, status, paying, lines, amountMinor, currency, expiresAt, orderId, lateRefund } =
    reservation;
  return {
    id,
    drop,
    status: paying ? ('processing' as const) : status,
    lines,
    amountMinor,
    currency,
    expiresAt: expiresAt.toISOString(),
    ...(orderId === null ? {} : { orderId }),
    ...(lateRefund === null ? {} : { lateRefund }),
  };
}

export function orderView(order: Order) {
  return { ...order, createdAt: order.createdAt.toISOString() };
}

export function refundView(refund: Refund) {
  const { id, kind, status, amountMinor, returned, reason, actor, refusal, requestedAt, settledAt } = refund;
  return {
    id,
    kind,
    status,
    amountMinor,
    returnToSale: returned,
    reason,
    actor,
    ...(refusal === null ? {} : { refusal }),
    requestedAt: requestedAt.toISOString(),
    ...(settledAt === null ? {} : { settledAt: settledAt.toISOString() }),
  };
}

export function webhookView({ drops, disabledReason, pausedUntil, createdAt, ...webhook }: EventTarget) {
  return {
    ...webhook,
    ...(drops === null ? {} : { drops }),
    ...(disabledReason === null ? {} : { disabledReason }),
    ...(pausedUntil === null ? {} : { pausedUntil: pausedUntil.toISOString() }),
    createdAt: createdAt.toISOString(),
  };
}

export function deliveryView({ at, lastError, lastTriedAt, ...delivery }: Delivery) {
  return {
    ...delivery,
    at: at.toISOString(),
    ...(lastError === null ? {} : { lastError }),
    ...(lastTriedAt === null ? {} : { lastTriedAt: lastTriedAt.toISOString() }),
  };
}

export function deadJobView({ lastError, createdAt, diedAt, ...job }: DeadJob) {
  return {
    ...job,
    ...(lastError === null ? {} : { lastError }),
    createdAt: createdAt.toISOString(),
    diedAt: diedAt.toISOString(),
  };
}
