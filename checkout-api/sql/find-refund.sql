-- A refund with what the provider needs to know of its charge.
select r.id, r.order_id as "orderId", r.reservation_id as "reservationId", r.kind, r.amount_minor::float8 as "amountMinor", r.status,
       r.skus, r.quantities, r.reason, r.actor, r.refusal, r.requested_at as "requestedAt", r.settled_at as "settledAt",
       a.provider, a.charge_id as "chargeId", h.currency
  from checkout.refunds r
  join checkout.payment_attempts a using (reservation_id, attempt)
  join checkout.reservations h on h.id = r.reservation_id
 where r.id = $1;
