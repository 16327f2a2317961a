-- How late holds are given back is told without those of rehearsals: nobody is woken by a crowd that is not there.

-- Up Migration

create or replace function checkout.expire_reservations(p_limit integer, out expired integer, out drops text[], out lags double precision[])
 returns record
 language plpgsql
 set enable_seqscan to 'off'
 set enable_hashjoin to 'off'
 set enable_mergejoin to 'off'
 set enable_material to 'off'
as $function$
declare
  v_now timestamptz := clock_timestamp();
  v_due uuid[];
  v_done uuid[];
begin
  select array_agg(due.id) into v_due from (
    select r.id
      from checkout.drops d
      join checkout.reservations r
        on r.drop_id = d.drop_id and r.status = 'held' and r.expires_at <= v_now and r.paying_since is null
      join checkout.shoppers h on h.drop_id = r.drop_id and h.shopper = r.shopper
     order by r.expires_at limit p_limit for update of h skip locked) due;
  if v_due is null then
    expired := 0;
    return;
  end if;
  with done as (
    update checkout.reservations set status = 'expired', finished_at = clock_timestamp()
     where id = any (v_due) and status || '' = 'held' and paying_since is null and expires_at <= v_now
     returning id, drop_id, finished_at - expires_at as lag)
  select coalesce(array_agg(id), '{}'), count(*), array_agg(distinct drop_id),
         array_agg(extract(epoch from lag)) filter (where not starts_with(drop_id, 'rehearsal-'))
    into v_done, expired, drops, lags from done;
  perform checkout.move_held(v_done, false);
  perform checkout.end_paid_sessions(v_done);
end $function$;

