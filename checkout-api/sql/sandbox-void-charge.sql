-- The shopper has given up: what waited for them is captured never.
update sandbox.charges set status = 'voided', reason = 'abandoned', settles_at = null
 where idempotency_key = $1 and status = 'requires_action' and coalesce(settles_at > clock_timestamp(), true);
