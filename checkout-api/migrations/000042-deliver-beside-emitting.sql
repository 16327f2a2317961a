-- A delivery is taken in hand beside transactions that are telling the same target of something: their rows refer to the
-- target's, and only its key is theirs to keep.

-- Up Migration

create or replace function checkout.begin_delivery(p_event uuid, p_target uuid, p_probe_seconds double precision)
returns table (paused_until timestamptz, kind text, url text, secrets text[], type text, drop_id text, subject text, data jsonb,
               at timestamptz, tries integer) language plpgsql as $$
#variable_conflict use_column
declare
  v_target checkout.event_targets;
begin
  select t.* into v_target from checkout.event_targets t
    join checkout.event_deliveries d on d.target_id = t.id and d.event_id = p_event
   where t.id = p_target and d.status = 'pending' for no key update of t;
  if v_target.id is null then
    return;
  end if;
  if not v_target.enabled then
    -- It waits for somebody to enable the target and replay it.
    update checkout.event_deliveries d set status = 'dead', last_error = 'the target is disabled', last_tried_at = clock_timestamp()
     where d.event_id = p_event and d.target_id = p_target;
    return;
  end if;
  if v_target.paused_until > clock_timestamp() then
    -- Spread, so that not all that waited come at once.
    perform checkout.add_delivery_job(p_event, p_target, v_target.paused_until + random() * interval '5 seconds');
    return query select v_target.paused_until, null::text, null::text, null::text[], null::text, null::text, null::text, null::jsonb,
                        null::timestamptz, null::integer;
    return;
  end if;
  if v_target.failures >= 5 then
    -- The one that tries whether it is well again.
    update checkout.event_targets t set paused_until = clock_timestamp() + make_interval(secs => p_probe_seconds) where t.id = p_target;
  end if;
  return query
    select null::timestamptz, v_target.kind, v_target.url,
           case when v_target.rotated_at > clock_timestamp() - interval '1 day'
                then array[v_target.secret, v_target.previous_secret] else array[v_target.secret] end,
           e.type, e.drop_id, e.subject, e.data, e.at, d.tries
      from checkout.events e join checkout.event_deliveries d on d.event_id = e.id
     where e.id = p_event and d.target_id = p_target;
end $$;
