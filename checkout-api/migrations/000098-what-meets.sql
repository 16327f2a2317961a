-- Statements that meet in one moment and saw each other too late. A statement that waits for a row reads that row anew when it
-- gets it, and everything else as it was before it waited; and what a foreign key refers to may go while it is being read.
-- So each takes its lock first and reads in a statement after it.

-- Up Migration

-- The goods have left. Who has asked for the money back meanwhile, be it for an order of nothing, has asked before.
create function checkout.fulfil_order(p_order uuid, p_transitions jsonb, out state text, out fulfilled boolean, out refunding boolean)
 returns record language plpgsql as $$
begin
  select o.status into state from checkout.orders o where o.id = p_order for update;
  refunding := exists (select from checkout.refunds r where r.order_id = p_order and r.status = 'pending');
  fulfilled := coalesce(p_transitions -> 'fulfil' ? state and not refunding, false);
  if fulfilled then
    update checkout.orders o set status = p_transitions -> 'fulfil' ->> state, fulfilled_at = clock_timestamp() where o.id = p_order
      returning o.status into state;
  end if;
end $$;

-- A target that is deleted meanwhile is told nothing, and whoever is paid is paid all the same.
create or replace function checkout.emit_event(p_type text, p_drop text, p_subject text, p_data jsonb) returns void language plpgsql as $$
declare
  v_targets uuid[];
  v_event uuid;
begin
  -- A warehouse would send what nobody has bought.
  if checkout.is_rehearsal(p_drop) then
    return;
  end if;
  select array_agg(wanting.id) into v_targets from (
    select t.id from checkout.event_targets t
     where t.enabled and p_type = any (t.types) and (t.drops is null or p_drop = any (t.drops))
     order by t.id for key share) wanting;
  if v_targets is null then
    return;
  end if;
  insert into checkout.events (type, drop_id, subject, data) values (p_type, p_drop, p_subject, p_data) returning id into v_event;
  insert into checkout.event_deliveries (event_id, target_id) select v_event, unnest(v_targets);
  perform checkout.add_delivery_job(v_event, target, clock_timestamp()) from unnest(v_targets) target;
end $$;

-- As in migration 000014, but no drop goes while its admissions are taken back.
create or replace function checkout.revoke_admissions(p_drop text, p_jtis text[], p_reason text, p_actor text) returns text[]
language plpgsql as $$
declare
  v_held uuid[];
  v_ended text[];
begin
  perform pg_advisory_xact_lock(checkout.session_gate(p_drop));
  perform from checkout.drops where drop_id = p_drop for key share;
  if not found then
    return null;
  end if;
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

-- As in migration 000080, but all that others lock is locked before anything is deleted, and as everywhere: the drop (nothing that
-- refers to it comes any more), shoppers in their order, reservations, orders, stock.
create or replace function checkout.delete_rehearsal(p_drop text) returns integer language plpgsql as $$
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
  perform from checkout.drops where drop_id = p_drop for update;
  perform from checkout.shoppers where drop_id = p_drop order by drop_id, shopper for update;
  -- Whoever reserves has locked their row first; without it nothing can be reserved any more.
  delete from checkout.shoppers where drop_id = p_drop;
  get diagnostics v_done = row_count;
  v_rows := v_rows + v_done;
  -- Ids and not the drop for what belongs to a reservation: only they have an index there.
  select coalesce(array_agg(r.id order by r.id), '{}') into v_reservations
    from (select id from checkout.reservations where drop_id = p_drop for update) r;
  perform from checkout.orders where drop_id = p_drop order by id for update;
  perform from checkout.stock where drop_id = p_drop order by drop_id, sku, part for update;
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

-- What is written of a charge while it is being forgotten goes with it.
alter table sandbox.events drop constraint events_charge_id_fkey,
  add constraint events_charge_id_fkey foreign key (charge_id) references sandbox.charges on delete cascade;
alter table sandbox.refunds drop constraint refunds_charge_id_fkey,
  add constraint refunds_charge_id_fkey foreign key (charge_id) references sandbox.charges on delete cascade;
-- A foreign key does not look for its rows by itself.
create index events_of_charge on sandbox.events (charge_id);
