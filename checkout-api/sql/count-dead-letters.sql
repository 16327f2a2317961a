-- What has had its last try.
select (select count(*) from graphile_worker.jobs j where j.attempts >= j.max_attempts and j.locked_at is null)::integer as jobs,
       (select count(*) from checkout.event_deliveries d where d.status = 'dead')::integer as deliveries;
