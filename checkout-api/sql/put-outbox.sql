-- The installation's own event bus; $1 null: there is none (any more).
insert into checkout.event_targets (kind, url, types, enabled) values ('outbox', coalesce($1, ''), $2, $1 is not null)
on conflict (kind) where kind = 'outbox' do update
  set url = excluded.url, types = excluded.types, enabled = excluded.enabled, failures = 0, paused_until = null
 where (event_targets.url, event_targets.types, event_targets.enabled) is distinct from (excluded.url, excluded.types, excluded.enabled);
