-- Reserving from and giving back to stock that may be split over rows (migration 000010). Locks in the one order of
-- migration 000002; of stock by (drop, SKU, row).

-- Up Migration

drop function checkout.reserve_batch(text, uuid[], text[], text[], text[], integer[], text[], integer[], integer[], integer[]);

-- Decides a batch of reservation requests of one drop in arrival order: all lines of a request or none.
--
-- p_ids, p_jtis, p_keys, p_shopper_at   one element a request; p_shopper_at points into p_shoppers
-- p_shoppers, p_skus                    what the batch touches: distinct, ascending
-- p_line_starts                         request i has the lines p_line_starts[i] to p_line_starts[i + 1] - 1
-- p_line_skus, p_line_quantities        one element a line; p_line_skus points into p_skus
-- p_part, p_all                         of a SKU with n rows the batch takes from row p_part % n. Without p_all it locks
--                                       and sees only that; with p_all all rows in their order, and spreads what is left
--
-- verdicts, amounts: one element a request. Verdicts: reserved, replayed, key-reused, no-session, session-ended,
-- admission-expired, unknown-sku, limit-exceeded, sold-out. verdicts null: nothing was decided or written, because the
-- row did not hold enough and others may; the caller asks again with p_all.
-- available: what is left of p_skus; null = unknown SKU, or split and not all of it seen.
-- expires_at_ms: of everything reserved now. replays: the first answer of each repeated key.
-- scarce: what is left of a split SKU is less than each row should have for such a batch.
create function checkout.reserve_batch(
  p_drop text, p_ids uuid[], p_jtis text[], p_keys text[],
  p_shoppers text[], p_shopper_at integer[],
  p_skus text[], p_line_starts integer[], p_line_skus integer[], p_line_quantities integer[],
  p_part integer, p_all boolean,
  out verdicts json, out amounts json, out available json, out expires_at_ms double precision,
  out currency text, out replays json, out scarce boolean
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

  insert into checkout.reservations (id, drop_id, jti, shopper, idempotency_key, skus, quantities, unit_prices_minor,
      parts, units, amount_minor, currency, created_at, promised_until, expires_at)
    select q.id, p_drop, q.jti, p_shoppers[q.shopper_at], q.key, l.skus,
           p_line_quantities[p_line_starts[q.at]:p_line_starts[q.at + 1] - 1], l.prices,
           case when l.is_split then l.parts end, q.units, q.amount, v_currency, v_now, v_expires, v_expires
      from unnest(p_ids, p_jtis, p_keys, p_shopper_at, v_verdict, v_units, v_amount)
             with ordinality q (id, jti, key, shopper_at, verdict, units, amount, at)
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

-- Moves what these reservations hold back to `available`, or on to `sold`, each line in the row it was taken from. The
-- caller has changed their status in the same transaction, by a conditional update: that, not this, decides which of
-- two racing outcomes happens.
create or replace function checkout.move_held(p_ids uuid[], p_sold boolean) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
begin
  perform from checkout.stock s
    where (s.drop_id, s.sku, s.part) in
          (select l.drop_id, l.sku, l.part from checkout.reservation_lines l where l.reservation_id = any (p_ids))
    order by s.drop_id, s.sku, s.part for update;

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
