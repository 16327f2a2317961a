-- Writes a charge once per idempotency key; the caller reads what stands there afterwards.
insert into sandbox.charges (idempotency_key, reference, amount_minor, currency, status, reason)
values ($1, $2, $3, $4, $5, $6) on conflict (idempotency_key) do nothing;
