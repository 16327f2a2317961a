-- The addresses that are told of events, and how they fare; one when $1 is given.
select t.id, t.kind, t.url, t.types, t.drops, t.enabled, t.disabled_reason as "disabledReason", t.failures,
       case when t.paused_until > clock_timestamp() then t.paused_until end as "pausedUntil", t.created_at as "createdAt",
       (select count(*) from checkout.event_deliveries d where d.target_id = t.id and d.status = 'dead')::integer as dead
  from checkout.event_targets t
 where ($1::uuid is null and (t.kind = 'webhook' or t.enabled)) or t.id = $1 order by t.created_at, t.id;
