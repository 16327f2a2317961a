-- The steps that must be atomic. All take locks in one order (shoppers, then reservations, then stock; each by
-- primary key), lock first and only then read what they decide by: in READ COMMITTED every statement of a volatile
-- function sees what was committed before it began, so nothing can change between the reading and the deciding.
--
-- Plans are cached per connection and may be made while the tables are still empty, so the only plan that is right at
-- any size, index by index, is the only one left on (measured: 40,000 reservations a second instead of 2,000).

-- Up Migration

-- Decides a batch of reservation requests of one drop in arrival order: all lines of a request or none.
--
-- p_ids, p_jtis, p_keys, p_shopper_at   one element a request; p_shopper_at points into p_shoppers
-- p_shoppers, p_skus                    what the batch touches: distinct, ascending
-- p_line_starts                         request i has the lines p_line_starts[i] to p_line_starts[i + 1] - 1
-- p_line_skus, p_line_quantities        one element a line; p_line_skus points into p_skus
--
-- verdicts, amounts: one element a request. Verdicts: reserved, replayed, key-reused, no-session, session-ended,
-- admission-expired, unknown-sku, limit-exceeded, sold-out. available: what is left of p_skus (null = unknown SKU).
-- expires_at_ms: of everything reserved now. replays: the first answer of each repeated key.
create function checkout.reserve_batch(
  p_drop text, p_ids uuid[], p_jtis text[], p_keys text[],
  p_shoppers text[], p_shopper_at integer[],
  p_skus text[], p_line_starts integer[], p_line_skus integer[], p_line_quantities integer[],
  out verdicts json, out amounts json, out available json, out expires_at_ms double precision,
  out currency text, out replays json
) language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
  v_left integer[];
  v_price integer[];
  v_count integer := cardinality(p_ids);
  v_sku integer;
  v_quantity integer;
  v_sum bigint;
  v_wanted integer;
  v_answer text;
  v_rows tid[];
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
           filter (where r.id is not null)
    into v_verdict, replays
    from unnest(p_jtis, p_keys) with ordinality q (jti, key, at)
    left join checkout.sessions s on s.jti = q.jti and s.drop_id = p_drop
    left join lateral (
      select * from checkout.reservations r
       where r.drop_id = p_drop and r.jti = q.jti and r.idempotency_key = q.key limit 1) r on true;

  -- The hot rows last: from here to the commit nobody else sells these SKUs.
  perform from checkout.stock where drop_id = p_drop and sku = any (p_skus) order by sku for update;

  select array_agg(s.available order by p.at), array_agg(s.price_minor order by p.at) into v_left, v_price
    from unnest(p_skus) with ordinality p (sku, at)
    left join (checkout.stock natural join checkout.products) s on s.drop_id = p_drop and s.sku = p.sku;

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

  insert into checkout.reservations (id, drop_id, jti, shopper, idempotency_key, skus, quantities, unit_prices_minor,
      units, amount_minor, currency, created_at, promised_until, expires_at)
    select q.id, p_drop, q.jti, p_shoppers[q.shopper_at], q.key, l.skus,
           p_line_quantities[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1], l.prices,
           q.units, q.amount, v_currency, v_now, v_expires, v_expires
      from unnest(p_ids, p_jtis, p_keys, p_shopper_at, v_verdict, v_units, v_amount)
             with ordinality q (id, jti, key, shopper_at, verdict, units, amount, at)
     cross join lateral (
       select array_agg(p_skus[k] order by at) skus, array_agg(v_price[k] order by at) prices
         from unnest(p_line_skus[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1]) with ordinality l (k, at)) l
     where q.verdict = 'reserved';

  if found then
    -- A row that we hold the lock of stays where it is, so its address is the shortest way back to it.
    update checkout.shoppers h set units = p.units
      from unnest(v_rows, v_used) p (address, units)
     where h.ctid = p.address and h.units <> p.units;

    update checkout.stock s set available = p.remaining, held = s.held + s.available - p.remaining
      from unnest(p_skus, v_left) p (sku, remaining)
     where s.drop_id = p_drop and s.sku = p.sku and s.available <> p.remaining;
  end if;

  verdicts := to_json(v_verdict);
  amounts := to_json(v_amount);
  available := to_json(v_left);
  expires_at_ms := extract(epoch from v_expires) * 1000;
  currency := v_currency;
end $$;

-- Takes the locks of the shoppers who own these reservations. Every function below begins with it.
create function checkout.lock_shoppers(p_ids uuid[]) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
begin
  perform from checkout.shoppers h
    where (h.drop_id, h.shopper) in (select r.drop_id, r.shopper from checkout.reservations r where r.id = any (p_ids))
    order by h.drop_id, h.shopper for update;
end $$;

-- Moves what these reservations hold back to `available`, or on to `sold`. The caller has changed their status in the
-- same transaction, by a conditional update: that, not this, decides which of two racing outcomes happens.
create function checkout.move_held(p_ids uuid[], p_sold boolean) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
begin
  perform from checkout.stock s
    where (s.drop_id, s.sku) in
          (select l.drop_id, l.sku from checkout.reservation_lines l where l.reservation_id = any (p_ids))
    order by s.drop_id, s.sku for update;

  update checkout.stock s
     set held = s.held - l.quantity,
         sold = s.sold + case when p_sold then l.quantity else 0 end,
         available = s.available + case when p_sold then 0 else l.quantity end
    from (select drop_id, sku, sum(quantity)::integer as quantity
            from checkout.reservation_lines where reservation_id = any (p_ids) group by drop_id, sku) l
   where s.drop_id = l.drop_id and s.sku = l.sku;

  if not p_sold then
    update checkout.shoppers h set units = h.units - r.units
      from (select drop_id, shopper, sum(units)::integer as units
              from checkout.reservations where id = any (p_ids) group by drop_id, shopper) r
     where h.drop_id = r.drop_id and h.shopper = r.shopper;
  end if;
end $$;

-- Ends the sessions of these reservations that have their order and hold nothing more.
create function checkout.end_paid_sessions(p_ids uuid[]) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
begin
  update checkout.sessions s set ended_at = clock_timestamp(), end_reason = 'paid'
   where (s.jti, s.drop_id) in (select r.jti, r.drop_id from checkout.reservations r where r.id = any (p_ids))
     and s.ended_at is null
     and exists (select from checkout.orders o where o.drop_id = s.drop_id and o.jti = s.jti)
     and not exists (select from checkout.reservations r
                      where r.drop_id = s.drop_id and r.jti = s.jti and r.status = 'held');
end $$;

-- Gives back the stock of those of p_ids that are still held and have no payment under way; answers which.
create function checkout.release_reservations(p_ids uuid[]) returns uuid[]
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_done uuid[];
begin
  perform checkout.lock_shoppers(p_ids);
  with done as (
    update checkout.reservations set status = 'released', finished_at = clock_timestamp()
     where id = any (p_ids) and status = 'held' and paying_since is null returning id)
  select coalesce(array_agg(id), '{}') into v_done from done;
  perform checkout.move_held(v_done, false);
  perform checkout.end_paid_sessions(v_done);
  return v_done;
end $$;

-- Gives back the stock of up to p_limit holds whose time has run out. SKIP LOCKED: a shopper who is just being served,
-- or whom another instance is expiring, is left to the next round.
-- lag_seconds: how late the latest of them was.
create function checkout.expire_reservations(p_limit integer, out expired integer, out drops text[], out lag_seconds double precision)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_due uuid[];
  v_done uuid[];
begin
  select array_agg(due.id) into v_due from (
    select r.id
      from checkout.drops d
      join checkout.reservations r
        on r.drop_id = d.drop_id and r.status = 'held' and r.expires_at <= clock_timestamp() and r.paying_since is null
      join checkout.shoppers h on h.drop_id = r.drop_id and h.shopper = r.shopper
     order by r.expires_at limit p_limit for update of h skip locked) due;
  if v_due is null then
    expired := 0;
    return;
  end if;
  with done as (
    update checkout.reservations set status = 'expired', finished_at = clock_timestamp()
     where id = any (v_due) and status = 'held' and paying_since is null and expires_at <= clock_timestamp()
     returning id, drop_id, expires_at)
  select coalesce(array_agg(id), '{}'), count(*), array_agg(distinct drop_id),
         extract(epoch from clock_timestamp() - min(expires_at))
    into v_done, expired, drops, lag_seconds from done;
  perform checkout.move_held(v_done, false);
  perform checkout.end_paid_sessions(v_done);
end $$;

-- Turns captured payments into orders: held becomes sold, one order a reservation, and the session ends when nothing
-- else is held in it. Again with the same ids: nothing happens. Answers the reservations settled now.
create function checkout.settle_payments(p_ids uuid[], p_charges text[]) returns uuid[]
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_done uuid[];
begin
  perform checkout.lock_shoppers(p_ids);
  with done as (
    update checkout.reservations set status = 'paid', paying_since = null, finished_at = clock_timestamp()
     where id = any (p_ids) and status = 'held' and paying_since is not null returning id)
  select coalesce(array_agg(id), '{}') into v_done from done;

  insert into checkout.orders (drop_id, jti, reservation_id, amount_minor, currency, charge_id)
    select r.drop_id, r.jti, r.id, r.amount_minor, r.currency, p.charge
      from unnest(p_ids, p_charges) p (id, charge) join checkout.reservations r on r.id = p.id
     where r.id = any (v_done);

  update checkout.payment_attempts a set status = 'captured', charge_id = p.charge, settled_at = clock_timestamp()
    from unnest(p_ids, p_charges) p (id, charge)
   where a.reservation_id = p.id and a.reservation_id = any (v_done) and a.status = 'pending';

  perform checkout.move_held(v_done, true);

  perform checkout.end_paid_sessions(v_done);
  return v_done;
end $$;

-- The shopper leaves: what the session holds goes back and the session ends. False when a payment is under way.
create function checkout.leave_session(p_drop text, p_jti text) returns boolean
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_held uuid[];
begin
  perform from checkout.shoppers h
    where (h.drop_id, h.shopper) in
          (select s.drop_id, s.shopper from checkout.sessions s where s.jti = p_jti and s.drop_id = p_drop)
    for update;
  select coalesce(array_agg(id), '{}') into v_held from checkout.reservations
    where drop_id = p_drop and jti = p_jti and status = 'held';
  perform checkout.release_reservations(v_held);
  if exists (select from checkout.reservations where drop_id = p_drop and jti = p_jti and status = 'held') then
    return false;
  end if;
  update checkout.sessions set ended_at = clock_timestamp(), end_reason = 'released'
    where jti = p_jti and drop_id = p_drop and ended_at is null;
  return true;
end $$;

-- Ends up to p_limit sessions whose admission has run out and that hold nothing. Answers how many.
create function checkout.end_idle_sessions(p_limit integer) returns integer
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
  v_jtis text[];
  v_drops text[];
  v_ended integer;
begin
  select array_agg(idle.jti), array_agg(idle.drop_id) into v_jtis, v_drops from (
    select s.jti, s.drop_id
      from checkout.drops d
      join checkout.sessions s on s.drop_id = d.drop_id and s.ended_at is null and s.reserve_until <= clock_timestamp()
      join checkout.shoppers h on h.drop_id = s.drop_id and h.shopper = s.shopper
     where not exists (select from checkout.reservations r
                        where r.drop_id = s.drop_id and r.jti = s.jti and r.status = 'held')
     limit p_limit for update of h skip locked) idle;
  if v_jtis is null then
    return 0;
  end if;
  update checkout.sessions s set ended_at = clock_timestamp(), end_reason = 'expired'
    from unnest(v_jtis, v_drops) p (jti, drop_id)
   where s.jti = p.jti and s.drop_id = p.drop_id and s.ended_at is null
     and not exists (select from checkout.reservations r
                      where r.drop_id = s.drop_id and r.jti = s.jti and r.status = 'held');
  get diagnostics v_ended = row_count;
  return v_ended;
end $$;

-- Opens up to a batch of sessions: one row per ticket and drop. Who is second, with the same ticket, gets the row that
-- is there; the caller compares the secrets. One element a session in each array.
create function checkout.open_sessions(
  p_jtis text[], p_drops text[], p_ids uuid[], p_shoppers text[], p_customers text[], p_secret_hashes bytea[],
  p_salts bytea[], p_credential_hashes bytea[], p_reserve_until timestamptz[]
) returns table (at bigint, created boolean, session_id uuid, secret_hash bytea, salt bytea, shopper text,
                 opened_at timestamptz, reserve_until timestamptz, ended boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
#variable_conflict use_column
begin
  insert into checkout.shoppers (drop_id, shopper)
    select distinct p.drop_id, p.shopper from unnest(p_drops, p_shoppers) p (drop_id, shopper)
      join checkout.drops d on d.drop_id = p.drop_id
     order by 1, 2
    on conflict do nothing;

  insert into checkout.sessions (jti, drop_id, session_id, shopper, customer, secret_hash, salt, credential_hash, reserve_until)
    select distinct on (p.drop_id, p.jti) p.jti, p.drop_id, p.id, p.shopper, p.customer, p.secret_hash, p.salt, p.credential_hash, p.reserve_until
      from unnest(p_jtis, p_drops, p_ids, p_shoppers, p_customers, p_secret_hashes, p_salts, p_credential_hashes, p_reserve_until)
             with ordinality p (jti, drop_id, id, shopper, customer, secret_hash, salt, credential_hash, reserve_until, at)
      join checkout.drops d on d.drop_id = p.drop_id
     order by p.drop_id, p.jti, p.at
    on conflict do nothing;

  return query
    select p.at, s.session_id = p.id, s.session_id, s.secret_hash, s.salt, s.shopper, s.opened_at, s.reserve_until, s.ended_at is not null
      from unnest(p_jtis, p_drops, p_ids) with ordinality p (jti, drop_id, id, at)
      join checkout.sessions s on s.jti = p.jti and s.drop_id = p.drop_id;
end $$;

-- Takes the next report of a drop, if p_reporter is the one who reports it or the last one has been silent for
-- p_lease_seconds: the number first, then all figures from one snapshot. No row: somebody else reports.
create function checkout.take_capacity(p_drop text, p_reporter text, p_lease_seconds double precision)
returns table (seq bigint, at timestamptz, sellable bigint, held bigint, inside bigint, inside_without_hold bigint, opened text[])
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
#variable_conflict use_column
declare
  v_seq bigint;
begin
  insert into checkout.capacity_reports (drop_id) values (p_drop) on conflict do nothing;
  update checkout.capacity_reports c set seq = c.seq + 1, reporter = p_reporter, taken_at = clock_timestamp()
   where c.drop_id = p_drop
     and (c.reporter = p_reporter or c.taken_at < clock_timestamp() - make_interval(secs => p_lease_seconds))
   returning c.seq into v_seq;
  if v_seq is null then
    return;
  end if;
  return query
    select v_seq, clock_timestamp(), coalesce(stock.available, 0), coalesce(stock.held, 0), i.inside, i.inside - holding.sessions,
           (select coalesce(array_agg(o.jti), '{}') from (
              select s.jti from checkout.sessions s
               where s.drop_id = p_drop and s.opened_reported_at is null order by s.opened_at limit 500) o)
      from (select sum(s.available) available, sum(s.held) held from checkout.stock s where s.drop_id = p_drop) stock,
           (select count(*) inside from checkout.sessions s where s.drop_id = p_drop and s.ended_at is null) i,
           (select count(distinct r.jti) sessions from checkout.reservations r
             where r.drop_id = p_drop and r.status = 'held') holding;
end $$;
