-- Writes a provider's message down, with the job that works it off. No row: it is here already.
with fresh as (
  insert into checkout.provider_events (provider, event_id, type, charge_key, charge_id, body)
  values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning provider, event_id
)
select (graphile_worker.add_job('apply_provider_event', json_build_object('provider', provider, 'eventId', event_id),
          max_attempts => 12)).id from fresh;
