-- What was given back of a charge.
select id, idempotency_key as key, amount_minor::float8 as "amountMinor" from sandbox.refunds where charge_id = $1 order by at;
