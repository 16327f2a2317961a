-- The message has been worked off.
update checkout.provider_events set applied_at = clock_timestamp() where provider = $1 and event_id = $2;
