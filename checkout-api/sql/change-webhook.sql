-- What is not null replaces what was. Enabling starts afresh.
update checkout.event_targets t
   set url = coalesce($2, t.url), types = coalesce($3, t.types), enabled = coalesce($4, t.enabled),
       disabled_reason = case when $4 then null else t.disabled_reason end,
       failures = case when $4 or $2 is not null then 0 else t.failures end,
       paused_until = case when $4 or $2 is not null then null else t.paused_until end
 where t.id = $1 and t.kind = 'webhook' returning t.id;
