-- Opens a batch of checkout sessions, or finds those that are open already; the contract stands with the function (migration 000071).
select created, known from checkout.open_sessions($1, $2, $3, $4, $5, $6, $7, $8, $9);
