-- One attempt of a reservation: $2, or the last one when it is null.
select r.id, a.attempt, a.provider, a.method, a.status, a.waiting_for as "waitingFor", a.charge_id as "chargeId", r.amount_minor::float8 as "amountMinor", r.currency,
       (select f.status from checkout.refunds f where f.reservation_id = r.id and f.kind = 'late_payment'
         order by f.requested_at desc limit 1) as "lateRefund"
  from checkout.reservations r join checkout.payment_attempts a on a.reservation_id = r.id
 where r.id = $1 and ($2::smallint is null or a.attempt = $2) order by a.attempt desc limit 1;
