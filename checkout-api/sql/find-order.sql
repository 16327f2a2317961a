-- One order, if the session of $2, $3 owns it.
select o.id, o.drop_id as drop, o.reservation_id as "reservationId", o.status, o.amount_minor::float8 as "amountMinor",
       o.currency, o.created_at as "createdAt", r.skus, r.quantities, r.unit_prices_minor as "unitPricesMinor"
  from checkout.orders o join checkout.reservations r on r.id = o.reservation_id
 where o.id = $1 and o.drop_id = $2 and o.jti = $3;
