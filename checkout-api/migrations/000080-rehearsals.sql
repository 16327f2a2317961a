-- Rehearsals: a drop whose id begins with `rehearsal-` is a copy that a simulated crowd tries out (ADR 0115). Nobody else is told
-- of it, and it can be deleted whole. Every other drop stays as it was: its ledger is append-only.

-- Up Migration

create function checkout.is_rehearsal(p_drop text) returns boolean language sql immutable parallel safe as $$
  select starts_with(p_drop, 'rehearsal-');
$$;

drop trigger stock_movements_append_only on checkout.stock_movements;
create trigger stock_movements_not_changed before update on checkout.stock_movements
  for each row execute function checkout.refuse_change();
create trigger stock_movements_append_only before delete on checkout.stock_movements
  for each row when (not checkout.is_rehearsal(old.drop_id)) execute function checkout.refuse_change();

create or replace function checkout.emit_event(p_type text, p_drop text, p_subject text, p_data jsonb) returns void language plpgsql as $$
declare
  v_targets uuid[];
  v_event uuid;
begin
  -- A warehouse would send what nobody has bought.
  if checkout.is_rehearsal(p_drop) then
    return;
  end if;
  select array_agg(t.id) into v_targets from checkout.event_targets t
   where t.enabled and p_type = any (t.types) and (t.drops is null or p_drop = any (t.drops));
  if v_targets is null then
    return;
  end if;
  insert into checkout.events (type, drop_id, subject, data) values (p_type, p_drop, p_subject, p_data) returning id into v_event;
  insert into checkout.event_deliveries (event_id, target_id) select v_event, unnest(v_targets);
  perform checkout.add_delivery_job(v_event, target, clock_timestamp()) from unnest(v_targets) target;
end $$;

-- Deletes all there is of a rehearsal, and answers how many rows that were. What was under way meanwhile may leave rows
-- behind: the caller asks again until there are none. Locks as everywhere: shoppers, reservations, stock.
create function checkout.delete_rehearsal(p_drop text) returns integer language plpgsql as $$
declare
  v_reservations uuid[];
  v_keys text[];
  v_rows integer := 0;
  v_done integer;
  v_table text;
begin
  if not checkout.is_rehearsal(p_drop) then
    raise exception '% is no rehearsal', p_drop using errcode = 'restrict_violation';
  end if;
  -- Whoever reserves has locked their row first; without it nothing can be reserved any more.
  delete from checkout.shoppers where drop_id = p_drop;
  get diagnostics v_done = row_count;
  v_rows := v_rows + v_done;
  -- Ids and not the drop for what belongs to a reservation: only they have an index there.
  select coalesce(array_agg(r.id order by r.id), '{}') into v_reservations
    from (select id from checkout.reservations where drop_id = p_drop for update) r;
  select coalesce(array_agg(a.reservation_id || '.' || a.attempt), '{}') into v_keys
    from checkout.payment_attempts a where a.reservation_id = any (v_reservations);

  delete from checkout.provider_events where provider = 'sandbox' and charge_key = any (v_keys);
  delete from checkout.refunds where reservation_id = any (v_reservations);
  delete from checkout.orders where drop_id = p_drop;
  get diagnostics v_done = row_count;
  v_rows := v_rows + v_done;
  delete from checkout.payment_attempts where reservation_id = any (v_reservations);
  delete from checkout.reservations where id = any (v_reservations);
  get diagnostics v_done = row_count;
  v_rows := v_rows + v_done;
  foreach v_table in array array['stock_movements', 'stock', 'stock_told', 'products', 'sessions', 'revocations',
                                 'capacity_reports', 'drops_told', 'drops'] loop
    execute format('delete from checkout.%I where drop_id = $1', v_table) using p_drop;
    get diagnostics v_done = row_count;
    v_rows := v_rows + v_done;
  end loop;
  return v_rows;
end $$;
