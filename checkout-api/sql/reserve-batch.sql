-- Decides a batch of reservation requests of one drop; the contract stands with the function (migration 000011).
-- `returns` is read after the rows are locked: it tells of every return that the batch may have sold from.
select verdicts, amounts, available, expires_at_ms, currency, replays, scarce, checkout.stock_returns($1, $7) as returns
  from checkout.reserve_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
