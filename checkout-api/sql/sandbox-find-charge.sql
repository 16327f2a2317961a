-- What became of an idempotency key.
select id, status, reason from sandbox.charges where idempotency_key = $1;
