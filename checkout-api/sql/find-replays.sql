-- Which of these tickets and idempotency keys have a reservation already? Reads only, locks nothing.
select r.jti, r.idempotency_key as key
  from unnest($2::text[], $3::text[]) q (jti, key)
  join checkout.reservations r on r.drop_id = $1 and r.jti = q.jti and r.idempotency_key = q.key;
