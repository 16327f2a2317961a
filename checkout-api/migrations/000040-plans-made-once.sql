-- Statements of functions that shoppers wait for get the plan that is right at any size, and keep it. Three things kept them
-- from it (measured with 60,000 sessions inside: a release or payment took up to 230 ms, and takes one):
--
-- * Postgres plans them anew as long as it believes that knowing the length of an array is worth it, half a millisecond a
--   statement, several in each batch: hence force_generic_plan.
-- * A plan made while tables are empty may walk a partial index ("all that are held", "all that are inside") instead of
--   going to the rows it is given the keys of: hence from the keys by a join, and conditions that no partial index
--   matches: `|| ''` and `coalesce` stand for nothing else.
-- * `<= clock_timestamp()` can't be looked up in an index, because it may be another time for each row: hence v_now.

-- Up Migration

-- Takes the locks of the shoppers who own these reservations. Every function that changes reservations begins with it.
create or replace function checkout.lock_shoppers(p_ids uuid[]) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
begin
  perform from (select distinct r.drop_id, r.shopper from checkout.reservations r where r.id = any (p_ids)) k
    join checkout.shoppers h on h.shopper = k.shopper and h.drop_id = k.drop_id
   order by h.drop_id, h.shopper for update of h;
end $$;

-- Moves what these reservations hold back to `available`, or on to `sold`, each line in the row it was taken from. The
-- caller has changed their status in the same transaction, by a conditional update: that, not this, decides which of
-- two racing outcomes happens.
create or replace function checkout.move_held(p_ids uuid[], p_sold boolean) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
begin
  perform from (select distinct l.drop_id, l.sku, l.part from checkout.reservation_lines l where l.reservation_id = any (p_ids)) k
    join checkout.stock s on s.drop_id = k.drop_id and s.sku = k.sku and s.part = k.part
   order by s.drop_id, s.sku, s.part for update of s;

  update checkout.stock s
     set held = s.held - l.quantity,
         sold = s.sold + case when p_sold then l.quantity else 0 end,
         available = s.available + case when p_sold then 0 else l.quantity end
    from (select drop_id, sku, part, sum(quantity)::integer as quantity
            from checkout.reservation_lines where reservation_id = any (p_ids) group by drop_id, sku, part) l
   where s.drop_id = l.drop_id and s.sku = l.sku and s.part = l.part;

  if not p_sold then
    update checkout.shoppers h set units = h.units - r.units
      from (select drop_id, shopper, sum(units)::integer as units
              from checkout.reservations where id = any (p_ids) group by drop_id, shopper) r
     where h.drop_id = r.drop_id and h.shopper = r.shopper;
  end if;
end $$;

-- Ends the sessions of these reservations that have their order and hold nothing more.
create or replace function checkout.end_paid_sessions(p_ids uuid[]) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
begin
  update checkout.sessions s set ended_at = clock_timestamp(), end_reason = 'paid'
    from (select distinct r.jti, r.drop_id from checkout.reservations r where r.id = any (p_ids)) k
   where s.jti = k.jti and s.drop_id = k.drop_id and coalesce(s.ended_at, 'infinity') = 'infinity'
     and exists (select from checkout.orders o where o.jti = k.jti and o.drop_id = k.drop_id)
     and not exists (select from checkout.reservations r
                      where r.jti = k.jti and r.drop_id || '' = k.drop_id and r.status || '' = 'held');
end $$;

-- Gives back the stock of those of p_ids that are still held and have no payment under way; answers which.
create or replace function checkout.release_reservations(p_ids uuid[]) returns uuid[]
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
declare
  v_done uuid[];
begin
  perform checkout.lock_shoppers(p_ids);
  with done as (
    update checkout.reservations set status = 'released', finished_at = clock_timestamp()
     where id = any (p_ids) and status || '' = 'held' and paying_since is null returning id)
  select coalesce(array_agg(id), '{}') into v_done from done;
  perform checkout.move_held(v_done, false);
  perform checkout.end_paid_sessions(v_done);
  return v_done;
end $$;

-- Gives back the stock of up to p_limit holds whose time has run out. SKIP LOCKED: a shopper who is just being served,
-- or whom another instance is expiring, is left to the next round.
-- lag_seconds: how late the latest of them was.
create or replace function checkout.expire_reservations(p_limit integer, out expired integer, out drops text[], out lag_seconds double precision)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
     returning id, drop_id, expires_at)
  select coalesce(array_agg(id), '{}'), count(*), array_agg(distinct drop_id),
         extract(epoch from clock_timestamp() - min(expires_at))
    into v_done, expired, drops, lag_seconds from done;
  perform checkout.move_held(v_done, false);
  perform checkout.end_paid_sessions(v_done);
end $$;

-- Ends up to p_limit sessions whose admission has run out and that hold nothing. Answers how many.
create or replace function checkout.end_idle_sessions(p_limit integer) returns integer
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_now timestamptz := clock_timestamp();
  v_jtis text[];
  v_drops text[];
  v_ended integer;
begin
  select array_agg(idle.jti), array_agg(idle.drop_id) into v_jtis, v_drops from (
    select s.jti, s.drop_id
      from checkout.drops d
      join checkout.sessions s on s.drop_id = d.drop_id and s.ended_at is null and s.reserve_until <= v_now
      join checkout.shoppers h on h.drop_id = s.drop_id and h.shopper = s.shopper
     where not exists (select from checkout.reservations r
                        where r.jti = s.jti and r.drop_id || '' = s.drop_id and r.status || '' = 'held')
     limit p_limit for update of h skip locked) idle;
  if v_jtis is null then
    return 0;
  end if;
  update checkout.sessions s set ended_at = clock_timestamp(), end_reason = 'expired'
    from unnest(v_jtis, v_drops) p (jti, drop_id)
   where s.jti = p.jti and s.drop_id = p.drop_id and coalesce(s.ended_at, 'infinity') = 'infinity'
     and not exists (select from checkout.reservations r
                      where r.jti = p.jti and r.drop_id || '' = p.drop_id and r.status || '' = 'held');
  get diagnostics v_ended = row_count;
  return v_ended;
end $$;

alter function checkout.reserve_batch(text, uuid[], text[], text[], text[], integer[], text[], integer[], integer[], integer[], integer, boolean)
  set plan_cache_mode = force_generic_plan;
alter function checkout.open_sessions(text[], text[], uuid[], text[], text[], bytea[], bytea[], bytea[], timestamptz[])
  set plan_cache_mode = force_generic_plan;
alter function checkout.settle_payments(uuid[], smallint[], text[]) set plan_cache_mode = force_generic_plan;
alter function checkout.stock_returns(text, text[]) set enable_seqscan = off;
alter function checkout.stock_returns(text, text[]) set plan_cache_mode = force_generic_plan;
