-- Opens a batch of checkout sessions, or finds those that are open already.
select at::integer, created, session_id as "sessionId", secret_hash as "secretHash", salt, shopper,
       opened_at as "openedAt", reserve_until as "reserveUntil", ended, revoked
  from checkout.open_sessions($1, $2, $3, $4, $5, $6, $7, $8, $9);
