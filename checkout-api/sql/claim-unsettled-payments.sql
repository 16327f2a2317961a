-- Attempts that have been open for $1 seconds and that nobody has asked about for $2: the caller asks now.
with due as (
  select a.reservation_id, a.attempt from checkout.payment_attempts a
   where a.status = 'pending' and a.started_at <= clock_timestamp() - make_interval(secs => $1)
     and (a.checked_at is null or a.checked_at <= clock_timestamp() - make_interval(secs => $2))
   order by a.started_at limit $3 for update skip locked
)
update checkout.payment_attempts a set checked_at = clock_timestamp()
  from due join checkout.reservations r on r.id = due.reservation_id
 where a.reservation_id = due.reservation_id and a.attempt = due.attempt
returning r.id, a.attempt, a.provider, a.method, r.amount_minor::float8 as "amountMinor", r.currency,
          extract(epoch from clock_timestamp() - a.started_at)::float8 as "ageSeconds";
