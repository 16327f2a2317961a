-- What others are told: events, who wants them, and how far each delivery is. An event, its deliveries and their jobs are
-- written by the transaction that caused them.

-- Up Migration

-- Where events go. kind webhook: a signed request to somebody else's address. kind outbox: the installation's own
-- event bus, as CloudEvents.
create table checkout.event_targets (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  url text not null,
  types text[] not null,
  -- null: every drop
  drops text[],
  secret text,
  previous_secret text,
  rotated_at timestamptz,
  enabled boolean not null default true,
  disabled_reason text,
  failures integer not null default 0,
  paused_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  constraint event_targets_kind_known check (kind in ('webhook', 'outbox')),
  constraint event_targets_webhook_signs check ((kind = 'webhook') = (secret is not null))
);
create unique index event_targets_one_outbox on checkout.event_targets (kind) where kind = 'outbox';
comment on column checkout.event_targets.failures is 'in a row; from 5 on nothing is sent until paused_until, then one delivery at a time';

create table checkout.events (
  id uuid primary key default gen_random_uuid(),
  type text not null,
  drop_id text collate "C" not null,
  subject text not null,
  data jsonb not null,
  at timestamptz not null default clock_timestamp()
);

create table checkout.event_deliveries (
  event_id uuid not null references checkout.events on delete cascade,
  target_id uuid not null references checkout.event_targets on delete cascade,
  status text not null default 'pending',
  tries integer not null default 0,
  last_error text,
  last_tried_at timestamptz,
  primary key (target_id, event_id),
  constraint event_deliveries_status_known check (status in ('pending', 'delivered', 'dead'))
);
create index event_deliveries_dead on checkout.event_deliveries (target_id, last_tried_at) where status = 'dead';
create index event_deliveries_of_event on checkout.event_deliveries (event_id);

-- One job a delivery: its key makes a second one replace the first instead of sending twice.
create function checkout.add_delivery_job(p_event uuid, p_target uuid, p_at timestamptz) returns void language sql as $$
  select graphile_worker.add_job('deliver_event', json_build_object('eventId', p_event, 'targetId', p_target),
           run_at => p_at, max_attempts => 12, job_key => 'deliver ' || p_event || ' ' || p_target);
$$;

-- Tells whoever wants to know. Nobody: nothing is written.
create function checkout.emit_event(p_type text, p_drop text, p_subject text, p_data jsonb) returns void language plpgsql as $$
declare
  v_targets uuid[];
  v_event uuid;
begin
  select array_agg(t.id) into v_targets from checkout.event_targets t
   where t.enabled and p_type = any (t.types) and (t.drops is null or p_drop = any (t.drops));
  if v_targets is null then
    return;
  end if;
  insert into checkout.events (type, drop_id, subject, data) values (p_type, p_drop, p_subject, p_data) returning id into v_event;
  insert into checkout.event_deliveries (event_id, target_id) select v_event, unnest(v_targets);
  perform checkout.add_delivery_job(v_event, target, clock_timestamp()) from unnest(v_targets) target;
end $$;

create function checkout.emit_order_event() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.status = old.status then
    return new;
  end if;
  if exists (select from checkout.event_targets t where t.enabled and 'order.' || new.status = any (t.types)) then
    perform checkout.emit_event('order.' || new.status, new.drop_id, new.id::text, (
      select jsonb_build_object('orderId', new.id, 'reservationId', new.reservation_id, 'drop', new.drop_id, 'status', new.status,
               'amountMinor', new.amount_minor, 'refundedMinor', new.refunded_minor, 'currency', new.currency,
               'lines', (select jsonb_agg(jsonb_build_object('sku', l.sku, 'quantity', l.quantity, 'unitPriceMinor', l.unit_price_minor))
                           from checkout.reservation_lines l where l.reservation_id = new.reservation_id))));
  end if;
  return new;
end $$;
create trigger orders_told after insert or update of status on checkout.orders
  for each row execute function checkout.emit_order_event();

-- What was last told about the stock of a SKU and of a drop.
create table checkout.stock_told (
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  available integer not null,
  is_low boolean not null,
  told_at timestamptz not null,
  primary key (drop_id, sku)
) with (fillfactor = 50);

create table checkout.drops_told (
  drop_id text collate "C" primary key references checkout.drops,
  sold_out boolean not null
);

-- Tells of stock that has changed since it was last told: at most once in p_every_seconds a SKU, however often it changed.
-- stock.low: a tenth or less is left. drop.sold_out: nothing is left and nothing held. One caller at a time; the others
-- have nothing to do. Answers how many SKUs were told of.
create function checkout.emit_stock_events(p_every_seconds double precision) returns integer language plpgsql as $$
declare
  v_row record;
  v_told integer := 0;
begin
  if not pg_try_advisory_xact_lock(7302114002) or not exists (
       select from checkout.event_targets t
        where t.enabled and t.types && array['stock.changed', 'stock.low', 'drop.sold_out']) then
    return 0;
  end if;
  for v_row in
    select b.drop_id, b.sku, b.available, b.total, b.available * 10 <= b.total as is_low, coalesce(t.is_low, false) as was_low
      from checkout.balances b left join checkout.stock_told t using (drop_id, sku)
     where t.sku is null
        or (t.available <> b.available and t.told_at <= clock_timestamp() - make_interval(secs => p_every_seconds))
     order by b.drop_id, b.sku
  loop
    insert into checkout.stock_told (drop_id, sku, available, is_low, told_at)
      values (v_row.drop_id, v_row.sku, v_row.available, v_row.is_low, clock_timestamp())
      on conflict (drop_id, sku) do update
        set available = excluded.available, is_low = excluded.is_low, told_at = excluded.told_at;
    perform checkout.emit_event('stock.changed', v_row.drop_id, v_row.sku,
              jsonb_build_object('drop', v_row.drop_id, 'sku', v_row.sku, 'available', v_row.available, 'total', v_row.total));
    if v_row.is_low and not v_row.was_low then
      perform checkout.emit_event('stock.low', v_row.drop_id, v_row.sku,
                jsonb_build_object('drop', v_row.drop_id, 'sku', v_row.sku, 'available', v_row.available, 'total', v_row.total));
    end if;
    v_told := v_told + 1;
  end loop;
  for v_row in
    select b.drop_id, sum(b.available) + sum(b.held) = 0 as sold_out, coalesce(bool_or(t.sold_out), false) as was_sold_out,
           sum(b.sold)::integer as sold
      from checkout.balances b left join checkout.drops_told t using (drop_id) group by b.drop_id
    having (sum(b.available) + sum(b.held) = 0) <> coalesce(bool_or(t.sold_out), false)
  loop
    insert into checkout.drops_told (drop_id, sold_out) values (v_row.drop_id, v_row.sold_out)
      on conflict (drop_id) do update set sold_out = excluded.sold_out;
    if v_row.sold_out then
      perform checkout.emit_event('drop.sold_out', v_row.drop_id, v_row.drop_id,
                jsonb_build_object('drop', v_row.drop_id, 'sold', v_row.sold));
    end if;
  end loop;
  return v_told;
end $$;

-- Takes a delivery in hand. No row: it has come to its end, or its target is gone or
-- disabled. paused_until: not now,
-- the target fails and somebody else is trying it; a job for later is in place.
create function checkout.begin_delivery(p_event uuid, p_target uuid, p_probe_seconds double precision)
returns table (paused_until timestamptz, kind text, url text, secrets text[], type text, drop_id text, subject text, data jsonb,
               at timestamptz, tries integer) language plpgsql as $$
#variable_conflict use_column
declare
  v_target checkout.event_targets;
begin
  select t.* into v_target from checkout.event_targets t
    join checkout.event_deliveries d on d.target_id = t.id and d.event_id = p_event
   where t.id = p_target and d.status = 'pending' for update of t;
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

-- How a delivery went. p_error null: it arrived. p_again_seconds null: that was the last try. p_gone: the target wants
-- nothing any more.
create function checkout.finish_delivery(
  p_event uuid, p_target uuid, p_error text, p_again_seconds double precision, p_gone boolean
) returns void language plpgsql as $$
declare
  v_failures integer;
begin
  if p_error is null then
    update checkout.event_targets t set failures = 0, paused_until = null
     where t.id = p_target and (t.failures > 0 or t.paused_until is not null);
    update checkout.event_deliveries d set status = 'delivered', tries = d.tries + 1, last_error = null, last_tried_at = clock_timestamp()
     where d.event_id = p_event and d.target_id = p_target;
    return;
  end if;
  update checkout.event_targets t
     set failures = t.failures + 1,
         paused_until = case when t.failures + 1 < 5 then t.paused_until
                             else clock_timestamp() + least(30 * 2 ^ least(t.failures - 4, 10), 3600) * interval '1 second' end,
         enabled = t.enabled and not p_gone,
         disabled_reason = case when p_gone then p_error else t.disabled_reason end
   where t.id = p_target;
  update checkout.event_deliveries d
     set status = case when p_again_seconds is null then 'dead' else d.status end,
         tries = d.tries + 1, last_error = p_error, last_tried_at = clock_timestamp()
   where d.event_id = p_event and d.target_id = p_target and d.status = 'pending';
  if p_again_seconds is not null then
    perform checkout.add_delivery_job(p_event, p_target, clock_timestamp() + make_interval(secs => p_again_seconds));
  end if;
end $$;

-- All dead deliveries of a target, or those of p_events, once more with all their tries. Answers how many.
create function checkout.replay_deliveries(p_target uuid, p_events uuid[]) returns integer language plpgsql as $$
declare
  v_events uuid[];
begin
  with again as (
    update checkout.event_deliveries d set status = 'pending', tries = 0
     where d.target_id = p_target and d.status = 'dead' and (p_events is null or d.event_id = any (p_events)) returning d.event_id)
  select array_agg(event_id) into v_events from again;
  perform checkout.add_delivery_job(event, p_target, clock_timestamp()) from unnest(v_events) event;
  return coalesce(cardinality(v_events), 0);
end $$;
