-- Messages of the sandbox that are due now.
select id, type, key, charge_id as "chargeId", created_at as "createdAt" from sandbox.take_events($1, $2);
