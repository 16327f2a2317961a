-- One order, if the session of $2, $3 owns it; of any session when they are null.
select o.id, o.drop_id as drop, o.reservation_id as "reservationId", o.status, o.amount_minor::float8 as "amountMinor",
       o.refunded_minor::float8 as "refundedMinor", o.refunding_minor::float8 as "refundingMinor",
       o.currency, o.created_at as "createdAt", r.skus, r.quantities
  from checkout.orders o join checkout.reservations r on r.id = o.reservation_id
 where o.id = $1 and ($2::text is null or (o.drop_id = $2 and o.jti = $3));
