-- Forgets events and providers' messages of more than $1 days, dead deliveries with them.
with gone as (delete from checkout.events where at < now() - make_interval(days => $1))
delete from checkout.provider_events where received_at < now() - make_interval(days => $1) and applied_at is not null;
