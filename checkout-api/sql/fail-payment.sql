-- An attempt is known to have taken no money: the hold is an ordinary hold again.
with failed as (
  update checkout.payment_attempts set status = $3, reason = $4, settled_at = clock_timestamp()
   where reservation_id = $1 and attempt = $2 and status = 'pending' returning reservation_id, attempt
)
update checkout.reservations r set paying_since = null
  from failed f where r.id = f.reservation_id and r.payment_attempt = f.attempt and r.status = 'held';
