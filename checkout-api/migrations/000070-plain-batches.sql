-- Nearly every batch is plain: each request is another shopper's, under a new key, within the limit, and there is enough for
-- all. `reserve_plain` decides such a batch by three statements over arrays and finds out by their row counts that it was one;
-- any other it leaves to `reserve_batch` (migration 000011), having done nothing. See ADR 0070 for what was measured.
--
-- The key of a reservation belongs to its session, and is found by the session's id from here on. That id grows with time, so
-- neighbours in time are neighbours in the index: by jti, each row went to a page of its own, and each of these pages whole
-- into the write-ahead log after every checkpoint.

-- Up Migration

alter table checkout.reservations add column session_id uuid;
update checkout.reservations r set session_id = s.session_id
  from checkout.sessions s where s.jti = r.jti and s.drop_id = r.drop_id;
alter table checkout.reservations
  alter column session_id set not null,
  drop constraint reservations_one_per_key,
  add constraint reservations_one_per_key unique (session_id, idempotency_key);

-- Decides a plain batch of reservation requests of one drop: everyone gets all they ask for. Any other: amounts is null, and
-- nothing has been decided or written.
--
-- p_ids, p_jtis, p_keys, p_shoppers, p_units, p_wish_at   one element a request, by ascending shopper, each another one; p_units
--                                       is the sum of its quantities, p_wish_at points into the wishes
-- p_skus, p_sku_units                   distinct SKUs of the batch, ascending, and how many of each it asks for
-- p_wish_starts                         wish w has the lines p_wish_starts[w] to p_wish_starts[w + 1] - 1
-- p_line_skus, p_line_quantities        one element a line; p_line_skus points into p_skus
-- p_part                                of a SKU with n rows the batch takes from row p_part % n
--
-- amounts: one element a wish. available, returns: one element a SKU, read under its lock; available is null where a SKU is
-- split. expires_at_ms, currency: of all of them. scarce: as reserve_batch has it.
create function checkout.reserve_plain(
  p_drop text, p_ids uuid[], p_jtis text[], p_keys text[], p_shoppers text[], p_units integer[], p_wish_at integer[],
  p_skus text[], p_sku_units integer[],
  p_wish_starts integer[], p_line_skus integer[], p_line_quantities integer[], p_part integer,
  out amounts double precision[], out available integer[], out returns integer[],
  out expires_at_ms double precision, out currency text, out scarce boolean
) language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
declare
  v_now timestamptz;
  v_expires timestamptz;
  v_limit integer;
  v_hold integer;
  v_currency text;
  v_price integer[];
  v_parts integer[];
  v_part smallint[];
  v_is_split boolean;
  v_count integer := cardinality(p_ids);
  -- Of each wish what its reservations have in common.
  v_wishes checkout.reservations[];
  v_wish checkout.reservations;
  v_done integer;
begin
  select d.per_shopper_limit, d.hold_seconds, d.currency into v_limit, v_hold, v_currency
    from checkout.drops d where d.drop_id = p_drop;

  select array_agg(p.price_minor order by q.at), array_agg(p.parts order by q.at),
         array_agg((p_part % p.parts)::smallint order by q.at), bool_or(p_part % p.parts > 0)
    into v_price, v_parts, v_part, v_is_split
    from unnest(p_skus) with ordinality q (sku, at)
    join checkout.products p on p.drop_id = p_drop and p.sku = q.sku;
  if v_price is null or cardinality(v_price) < cardinality(p_skus) then
    return;
  end if;

  for w in 1 .. cardinality(p_wish_starts) - 1 loop
    v_wish.quantities := p_line_quantities[p_wish_starts[w]:p_wish_starts[w + 1] - 1];
    v_wish.skus := null;
    v_wish.unit_prices_minor := null;
    v_wish.parts := null;
    v_wish.amount_minor := 0;
    for k in p_wish_starts[w] .. p_wish_starts[w + 1] - 1 loop
      v_wish.skus := v_wish.skus || p_skus[p_line_skus[k]];
      v_wish.unit_prices_minor := v_wish.unit_prices_minor || v_price[p_line_skus[k]];
      if v_is_split then
        v_wish.parts := v_wish.parts || v_part[p_line_skus[k]];
      end if;
      v_wish.amount_minor := v_wish.amount_minor + p_line_quantities[k] * v_price[p_line_skus[k]]::bigint;
    end loop;
    v_wishes[w] := v_wish;
    amounts[w] := v_wish.amount_minor;
  end loop;

  begin
    -- In all three statements the drop comes from the batch, behind `offset 0`: so each row is looked up by its whole key, in the
    -- batch's order. A table that was small when it was last analysed would else be read by its drop, whole, for each batch.
    --
    -- The row of a shopper is their lock: whatever is read after it is as the last who had it left it.
    update checkout.shoppers h set units = h.units + p.units
      from (select p_drop as drop_id, u.* from unnest(p_shoppers, p_units) u (shopper, units) offset 0) p
     where h.shopper = p.shopper and h.drop_id = p.drop_id and h.units + p.units <= v_limit;
    get diagnostics v_done = row_count;
    if v_done < v_count then
      raise sqlstate 'SL001';
    end if;

    v_now := date_trunc('milliseconds', clock_timestamp());
    v_expires := v_now + make_interval(secs => v_hold);
    -- A key that has a reservation is a unique violation.
    insert into checkout.reservations (id, drop_id, session_id, jti, shopper, idempotency_key, skus, quantities,
        unit_prices_minor, parts, units, amount_minor, currency, created_at, promised_until, expires_at)
      select q.id, p_drop, s.session_id, q.jti, q.shopper, q.key, (v_wishes[q.wish]).skus, (v_wishes[q.wish]).quantities,
             (v_wishes[q.wish]).unit_prices_minor, (v_wishes[q.wish]).parts, q.units, (v_wishes[q.wish]).amount_minor,
             v_currency, v_now, v_expires, v_expires
        from (select p_drop as drop_id, u.*
                from unnest(p_ids, p_jtis, p_keys, p_shoppers, p_units, p_wish_at) u (id, jti, key, shopper, units, wish)
              offset 0) q
        join checkout.sessions s on s.jti = q.jti and s.drop_id = q.drop_id
       where coalesce(s.ended_at, 'infinity') = 'infinity' and s.reserve_until > v_now;
    get diagnostics v_done = row_count;
    if v_done < v_count then
      raise sqlstate 'SL001';
    end if;

    -- The hot rows last: from here to the commit nobody else sells from them.
    with taken as (
      update checkout.stock s set available = s.available - p.units, held = s.held + p.units
        from (select p_drop as drop_id, u.*
                from unnest(p_skus, v_part, v_parts, p_sku_units) with ordinality u (sku, part, parts, units, at)
              offset 0) p
       where s.drop_id = p.drop_id and s.sku = p.sku and s.part = p.part and s.available >= p.units
      returning p.at, p.parts, p.units, s.available, s.returns)
    select count(*), array_agg(case when t.parts = 1 then t.available end order by t.at), array_agg(t.returns order by t.at),
           bool_or(t.parts > 1 and t.available < t.parts * 2 * t.units)
      into v_done, available, returns, scarce from taken t;
    if v_done < cardinality(p_skus) then
      raise sqlstate 'SL001';
    end if;
  exception when unique_violation or sqlstate 'SL001' then
    amounts := null;
    return;
  end;
  -- Of a split SKU something may have come back to a row that was not locked: read after the others, as reserve_batch does.
  if 1 < any (v_parts) then
    returns := checkout.stock_returns(p_drop, p_skus);
  end if;
  expires_at_ms := extract(epoch from v_expires) * 1000;
  currency := v_currency;
end $$;

-- As migration 000011 says, but for the way to a key: from the session.
create or replace function checkout.reserve_batch(
  p_drop text, p_ids uuid[], p_jtis text[], p_keys text[],
  p_shoppers text[], p_shopper_at integer[],
  p_skus text[], p_line_starts integer[], p_line_skus integer[], p_line_quantities integer[],
  p_part integer, p_all boolean,
  out verdicts json, out amounts json, out available json, out expires_at_ms double precision,
  out currency text, out replays json, out scarce boolean
) language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
declare
  v_now timestamptz;
  v_expires timestamptz;
  v_limit integer;
  v_hold integer;
  v_currency text;
  v_verdict text[];
  v_amount bigint[];
  v_units integer[];
  v_used integer[];
  v_found integer[];
  v_left integer[];
  v_price integer[];
  v_parts integer[];
  v_part smallint[];
  v_count integer := cardinality(p_ids);
  v_sku integer;
  v_quantity integer;
  v_sum bigint;
  v_wanted integer;
  v_answer text;
  v_rows tid[];
  v_sessions uuid[];
begin
  -- Locks one by one in the order of p_shoppers, and reads what the lock found.
  select array_agg(h.ctid order by p.at), array_agg(coalesce(h.units, 0) order by p.at) into v_rows, v_used
    from unnest(p_shoppers) with ordinality p (shopper, at)
    left join lateral (
      select h.ctid, h.units from checkout.shoppers h
       where h.drop_id = p_drop and h.shopper = p.shopper for update) h on true;

  select d.per_shopper_limit, d.hold_seconds, d.currency into v_limit, v_hold, v_currency
    from checkout.drops d where d.drop_id = p_drop;

  v_now := date_trunc('milliseconds', clock_timestamp());
  v_expires := v_now + make_interval(secs => v_hold);

  select array_agg(case
           when s.jti is null then 'no-session'
           when r.id is not null then case
             when r.skus = (select array_agg(p_skus[k] order by at)
                              from unnest(p_line_skus[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1])
                                   with ordinality l (k, at))
              and r.quantities = p_line_quantities[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1]
             then 'replayed' else 'key-reused' end
           when s.ended_at is not null then 'session-ended'
           when s.reserve_until <= v_now then 'admission-expired'
         end order by q.at),
         json_agg(json_build_object('at', q.at - 1, 'id', r.id, 'amountMinor', r.amount_minor, 'currency', r.currency,
                    'expiresAtMs', (extract(epoch from r.promised_until) * 1000)::bigint))
           filter (where r.id is not null),
         array_agg(s.session_id order by q.at)
    into v_verdict, replays, v_sessions
    from unnest(p_jtis, p_keys) with ordinality q (jti, key, at)
    left join checkout.sessions s on s.jti = q.jti and s.drop_id = p_drop
    left join lateral (
      select * from checkout.reservations r
       where r.session_id = s.session_id and r.idempotency_key = q.key limit 1) r on true;

  select array_agg(p.price_minor order by q.at), array_agg(p.parts order by q.at),
         array_agg((p_part % p.parts)::smallint order by q.at)
    into v_price, v_parts, v_part
    from unnest(p_skus) with ordinality q (sku, at)
    left join checkout.products p on p.drop_id = p_drop and p.sku = q.sku;

  -- The hot rows last: from here to the commit nobody else sells from them.
  perform from unnest(p_skus, v_part) with ordinality q (sku, part, at)
    join checkout.stock s on s.drop_id = p_drop and s.sku = q.sku and (p_all or s.part = q.part)
   order by s.sku, s.part for update of s;

  select array_agg(s.units order by q.at) into v_found
    from unnest(p_skus, v_part) with ordinality q (sku, part, at)
    left join lateral (
      select sum(s.available)::integer units from checkout.stock s
       where s.drop_id = p_drop and s.sku = q.sku and (p_all or s.part = q.part)) s on true;

  v_left := v_found;
  v_amount := array_fill(0::bigint, array[v_count]);
  v_units := array_fill(0, array[v_count]);

  for i in 1 .. v_count loop
    continue when v_verdict[i] is not null;
    v_answer := 'reserved';
    v_sum := 0;
    v_wanted := 0;
    for k in p_line_starts[i] .. p_line_starts[i + 1] - 1 loop
      v_sku := p_line_skus[k];
      v_quantity := p_line_quantities[k];
      if v_left[v_sku] is null then
        v_answer := 'unknown-sku';
        exit;
      end if;
      if v_left[v_sku] < v_quantity then
        if v_parts[v_sku] > 1 and not p_all then
          replays := null;
          return;
        end if;
        v_answer := 'sold-out';
      end if;
      v_wanted := v_wanted + v_quantity;
      v_sum := v_sum + v_quantity * v_price[v_sku]::bigint;
    end loop;
    if v_answer <> 'unknown-sku' and v_used[p_shopper_at[i]] + v_wanted > v_limit then
      v_answer := 'limit-exceeded';
    end if;
    v_verdict[i] := v_answer;
    if v_answer = 'reserved' then
      for k in p_line_starts[i] .. p_line_starts[i + 1] - 1 loop
        v_left[p_line_skus[k]] := v_left[p_line_skus[k]] - p_line_quantities[k];
      end loop;
      v_used[p_shopper_at[i]] := v_used[p_shopper_at[i]] + v_wanted;
      v_amount[i] := v_sum;
      v_units[i] := v_wanted;
    end if;
  end loop;

  insert into checkout.reservations (id, drop_id, session_id, jti, shopper, idempotency_key, skus, quantities,
      unit_prices_minor, parts, units, amount_minor, currency, created_at, promised_until, expires_at)
    select q.id, p_drop, q.session_id, q.jti, p_shoppers[q.shopper_at], q.key, l.skus,
           p_line_quantities[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1], l.prices,
           case when l.is_split then l.parts end, q.units, q.amount, v_currency, v_now, v_expires, v_expires
      from unnest(p_ids, v_sessions, p_jtis, p_keys, p_shopper_at, v_verdict, v_units, v_amount)
             with ordinality q (id, session_id, jti, key, shopper_at, verdict, units, amount, at)
     cross join lateral (
       select array_agg(p_skus[k] order by at) skus, array_agg(v_price[k] order by at) prices,
              array_agg(v_part[k] order by at) parts, bool_or(v_part[k] > 0) is_split
         from unnest(p_line_skus[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1]) with ordinality l (k, at)) l
     where q.verdict = 'reserved';

  if found then
    -- A row that we hold the lock of stays where it is, so its address is the shortest way back to it.
    update checkout.shoppers h set units = p.units
      from unnest(v_rows, v_used) p (address, units)
     where h.ctid = p.address and h.units <> p.units;

    update checkout.stock s set available = p.remaining, held = s.held + s.available - p.remaining
      from unnest(p_skus, v_part, v_left, v_parts) p (sku, part, remaining, parts)
     where s.drop_id = p_drop and s.sku = p.sku and s.part = p.part and s.available <> p.remaining
       and (p.parts = 1 or not p_all);

    -- All rows are ours: what was taken is held in one row, what is left goes into all of them alike.
    if p_all then
      update checkout.stock s
         set available = w.available, held = s.held + w.taken, total = w.available + s.held + w.taken + s.sold
        from unnest(p_skus, v_part, v_found, v_left, v_parts) p (sku, part, before, remaining, parts)
       cross join lateral generate_series(0, p.parts - 1) g (part)
       cross join lateral (
         select p.remaining / p.parts + case when g.part < p.remaining % p.parts then 1 else 0 end available,
                case when g.part = p.part then p.before - p.remaining else 0 end taken) w
       where p.parts > 1 and s.drop_id = p_drop and s.sku = p.sku and s.part = g.part
         and (s.available <> w.available or w.taken > 0);
    end if;
  end if;

  verdicts := to_json(v_verdict);
  amounts := to_json(v_amount);
  select json_agg(case when p_all or q.parts = 1 then q.remaining end order by q.at),
         coalesce(bool_or(q.parts > 1 and q.remaining < q.parts * 2 * (q.before - q.remaining)), false)
    into available, scarce
    from unnest(v_left, v_parts, v_found) with ordinality q (remaining, parts, before, at);
  expires_at_ms := extract(epoch from v_expires) * 1000;
  currency := v_currency;
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
     and not exists (select from checkout.reservations r where r.session_id = s.session_id and r.status || '' = 'held');
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
                        where r.session_id = s.session_id and r.status || '' = 'held')
     limit p_limit for update of h skip locked) idle;
  if v_jtis is null then
    return 0;
  end if;
  update checkout.sessions s set ended_at = clock_timestamp(), end_reason = 'expired'
    from unnest(v_jtis, v_drops) p (jti, drop_id)
   where s.jti = p.jti and s.drop_id = p.drop_id and coalesce(s.ended_at, 'infinity') = 'infinity'
     and not exists (select from checkout.reservations r
                      where r.session_id = s.session_id and r.status || '' = 'held');
  get diagnostics v_ended = row_count;
  return v_ended;
end $$;

-- A shopper leaves: what they hold goes back. False while a payment is under way.
create or replace function checkout.leave_session(p_drop text, p_jti text) returns boolean
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_session uuid := (select s.session_id from checkout.sessions s where s.jti = p_jti and s.drop_id = p_drop);
  v_held uuid[];
begin
  perform from checkout.shoppers h
    where (h.drop_id, h.shopper) in
          (select s.drop_id, s.shopper from checkout.sessions s where s.jti = p_jti and s.drop_id = p_drop)
    for update;
  select coalesce(array_agg(id), '{}') into v_held from checkout.reservations
    where session_id = v_session and status || '' = 'held';
  perform checkout.release_reservations(v_held);
  if exists (select from checkout.reservations where session_id = v_session and status || '' = 'held') then
    return false;
  end if;
  update checkout.sessions set ended_at = clock_timestamp(), end_reason = 'released'
    where jti = p_jti and drop_id = p_drop and ended_at is null;
  return true;
end $$;

-- As migration 000014 says, but for the way to what a session holds.
create or replace function checkout.revoke_admissions(p_drop text, p_jtis text[], p_reason text, p_actor text) returns text[]
language plpgsql as $$
declare
  v_held uuid[];
  v_ended text[];
begin
  if not exists (select from checkout.drops where drop_id = p_drop) then
    return null;
  end if;
  perform pg_advisory_xact_lock(checkout.session_gate(p_drop));
  insert into checkout.revocations (jti, drop_id, reason, actor)
    select distinct jti, p_drop, p_reason, p_actor from unnest(p_jtis) jti on conflict do nothing;

  perform from checkout.shoppers h
    where (h.drop_id, h.shopper) in
          (select s.drop_id, s.shopper from checkout.sessions s where s.jti = any (p_jtis) and s.drop_id = p_drop)
    order by h.drop_id, h.shopper for update;
  select coalesce(array_agg(r.id), '{}') into v_held
    from checkout.sessions s join checkout.reservations r on r.session_id = s.session_id and r.status || '' = 'held'
   where s.jti = any (p_jtis) and s.drop_id = p_drop;
  with ended as (
    update checkout.sessions set ended_at = clock_timestamp(), end_reason = 'revoked'
     where jti = any (p_jtis) and drop_id = p_drop and ended_at is null returning jti)
  select coalesce(array_agg(jti), '{}') into v_ended from ended;
  perform checkout.release_reservations(v_held);
  return v_ended;
end $$;
