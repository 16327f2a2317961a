-- What became of an idempotency key.
select id, case when status in ('processing', 'requires_action') and settles_at <= clock_timestamp() then 'captured' else status end as status,
       reason from sandbox.charges where idempotency_key = $1;
