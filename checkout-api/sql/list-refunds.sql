-- The refunds of an order, oldest first.
select r.id, r.order_id as "orderId", r.kind, r.amount_minor::float8 as "amountMinor", r.status,
       r.skus, r.quantities, r.reason, r.actor, r.refusal, r.requested_at as "requestedAt", r.settled_at as "settledAt"
  from checkout.refunds r where r.order_id = $1 order by r.requested_at, r.id;
