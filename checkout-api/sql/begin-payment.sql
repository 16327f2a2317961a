-- Marks a live hold as being paid, so that it neither expires nor is released until the outcome is known, and records
-- the attempt. No row: not this session's, not held any more, or a payment is under way already.
with begun as (
  update checkout.reservations
     set paying_since = clock_timestamp(), payment_attempt = payment_attempt + 1
   where id = $1 and drop_id = $2 and jti = $3
     and status = 'held' and paying_since is null and expires_at > clock_timestamp()
  returning id, payment_attempt, amount_minor, currency
)
insert into checkout.payment_attempts (reservation_id, attempt, provider, method)
select id, payment_attempt, $4, $5 from begun
returning attempt, (select amount_minor::float8 from begun) as "amountMinor", (select currency from begun) as currency;
