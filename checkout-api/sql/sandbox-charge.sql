-- Writes a charge once per idempotency key; the caller reads what stands there afterwards.
select sandbox.charge($1, $2, $3, $4, $5, $6, $7, $8, $9);
