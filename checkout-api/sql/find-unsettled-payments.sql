-- Payments whose outcome nobody has recorded for $1 seconds: the one who asked may be dead.
select r.id, r.drop_id as drop, a.attempt, a.method, r.amount_minor::float8 as "amountMinor", r.currency,
       extract(epoch from clock_timestamp() - r.paying_since)::float8 as "ageSeconds"
  from checkout.reservations r
  join checkout.payment_attempts a on a.reservation_id = r.id and a.attempt = r.payment_attempt
 where r.paying_since <= clock_timestamp() - make_interval(secs => $1) and a.status = 'pending'
 order by r.paying_since limit $2;
