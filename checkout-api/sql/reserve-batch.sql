-- Decides a batch of reservation requests of one drop; the contract stands with the function (migration 000011).
select verdicts, amounts, available, expires_at_ms, currency, replays, scarce
  from checkout.reserve_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
