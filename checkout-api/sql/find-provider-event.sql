-- A message that has not been worked off yet.
select charge_key as key, charge_id as "chargeId" from checkout.provider_events
 where provider = $1 and event_id = $2 and applied_at is null;
