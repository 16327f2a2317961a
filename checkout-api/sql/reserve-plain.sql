-- Decides a plain batch of reservation requests of one drop, or nothing; the contract stands with the function (migration 000070).
select amounts, available, returns, expires_at_ms, currency, scarce
  from checkout.reserve_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
