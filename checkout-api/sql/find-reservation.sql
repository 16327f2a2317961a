-- One reservation with its order, if the session of $2, $3 owns it.
select r.id, r.drop_id as drop, r.status, r.skus, r.quantities, r.unit_prices_minor as "unitPricesMinor",
       r.amount_minor::float8 as "amountMinor", r.currency, r.expires_at as "expiresAt",
       r.extensions, r.paying_since is not null as paying, o.id as "orderId",
       (select a.status from checkout.payment_attempts a where a.reservation_id = r.id order by a.attempt desc limit 1)
         as "lastAttempt",
       (select f.status from checkout.refunds f where f.reservation_id = r.id and f.kind = 'late_payment'
         order by f.requested_at desc limit 1) as "lateRefund"
  from checkout.reservations r left join checkout.orders o on o.reservation_id = r.id
 where r.id = $1 and r.drop_id = $2 and r.jti = $3;
