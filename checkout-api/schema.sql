-- Generated from a database after all migrations; a test compares it. Not edited by hand:
-- UPDATE_SCHEMA=1 npm test -- checkout-api/test/store/schema

set check_function_bodies = off;
create schema checkout;
create schema sandbox;

-- Tables

create table checkout.capacity_reports (
  drop_id text collate "C" not null,
  seq bigint default 0 not null,
  reporter text default ''::text not null,
  taken_at timestamp with time zone default '-infinity'::timestamp with time zone not null
) with (fillfactor=50);

create table checkout.drops (
  drop_id text collate "C" not null,
  name text not null,
  closes_at timestamp with time zone,
  hold_seconds integer not null,
  token_seconds integer not null,
  per_shopper_limit integer not null,
  currency text not null,
  created_at timestamp with time zone default now() not null,
  version bigint default 1 not null
);

create table checkout.drops_told (
  drop_id text collate "C" not null,
  sold_out boolean not null
);

create table checkout.event_deliveries (
  event_id uuid not null,
  target_id uuid not null,
  status text default 'pending'::text not null,
  tries integer default 0 not null,
  last_error text,
  last_tried_at timestamp with time zone
);

create table checkout.event_targets (
  id uuid default gen_random_uuid() not null,
  kind text not null,
  url text not null,
  types text[] not null,
  drops text[],
  secret text,
  previous_secret text,
  rotated_at timestamp with time zone,
  enabled boolean default true not null,
  disabled_reason text,
  failures integer default 0 not null,
  paused_until timestamp with time zone,
  created_at timestamp with time zone default clock_timestamp() not null
);

create table checkout.events (
  id uuid default gen_random_uuid() not null,
  type text not null,
  drop_id text collate "C" not null,
  subject text not null,
  data jsonb not null,
  at timestamp with time zone default clock_timestamp() not null
);

create table checkout.job_workers (
  worker_id text not null,
  seen_at timestamp with time zone not null
) with (fillfactor=50);

create table checkout.openings_untold (
  drop_id text collate "C" not null,
  id bigint generated always as identity not null,
  jti text collate "C" not null
);

create table checkout.orders (
  id uuid default gen_random_uuid() not null,
  drop_id text collate "C" not null,
  jti text collate "C" not null,
  reservation_id uuid not null,
  status text default 'paid'::text not null,
  amount_minor bigint not null,
  currency text not null,
  charge_id text not null,
  created_at timestamp with time zone default now() not null,
  refunded_minor bigint default 0 not null,
  refunding_minor bigint default 0 not null,
  fulfilled_at timestamp with time zone
);

create table checkout.payment_attempts (
  reservation_id uuid not null,
  attempt smallint not null,
  provider text not null,
  method text not null,
  status text default 'pending'::text not null,
  charge_id text,
  reason text,
  started_at timestamp with time zone default now() not null,
  settled_at timestamp with time zone,
  waiting_for text,
  checked_at timestamp with time zone
);

create table checkout.products (
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  name text not null,
  price_minor integer not null,
  "position" integer not null,
  parts smallint default 1 not null
);

create table checkout.provider_events (
  provider text not null,
  event_id text collate "C" not null,
  type text not null,
  charge_key text,
  charge_id text,
  body bytea not null,
  received_at timestamp with time zone default clock_timestamp() not null,
  applied_at timestamp with time zone
);

create table checkout.receipt_wishes (
  reservation_id uuid not null,
  address text not null,
  lang text not null,
  asked_at timestamp with time zone default clock_timestamp() not null
);

create table checkout.refunds (
  id uuid default gen_random_uuid() not null,
  order_id uuid,
  reservation_id uuid not null,
  attempt smallint not null,
  kind text not null,
  idempotency_key text collate "C",
  amount_minor bigint not null,
  skus text[] default '{}'::text[] not null,
  quantities integer[] default '{}'::integer[] not null,
  reason text not null,
  actor text not null,
  status text default 'pending'::text not null,
  provider_refund_id text,
  refusal text,
  requested_at timestamp with time zone default clock_timestamp() not null,
  settled_at timestamp with time zone
);

create table checkout.reservations (
  id uuid not null,
  drop_id text collate "C" not null,
  jti text collate "C" not null,
  shopper text collate "C" not null,
  idempotency_key text collate "C" not null,
  status text default 'held'::text not null,
  skus text[] not null,
  quantities integer[] not null,
  unit_prices_minor integer[] not null,
  units integer not null,
  amount_minor bigint not null,
  currency text not null,
  created_at timestamp with time zone not null,
  promised_until timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  extensions smallint default 0 not null,
  paying_since timestamp with time zone,
  payment_attempt smallint default 0 not null,
  finished_at timestamp with time zone,
  parts smallint[],
  session_id uuid not null
);

create table checkout.revocations (
  jti text collate "C" not null,
  drop_id text collate "C" not null,
  reason text not null,
  actor text not null,
  at timestamp with time zone default clock_timestamp() not null,
  told_at timestamp with time zone
);

create table checkout.sessions (
  jti text collate "C" not null,
  drop_id text collate "C" not null,
  session_id uuid not null,
  shopper text collate "C" not null,
  customer text,
  secret_hash bytea not null,
  salt bytea not null,
  credential_hash bytea not null,
  opened_at timestamp with time zone default now() not null,
  reserve_until timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  end_reported_at timestamp with time zone
);

create table checkout.shoppers (
  drop_id text collate "C" not null,
  shopper text collate "C" not null,
  units integer default 0 not null
) with (fillfactor=70);

create table checkout.stock (
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  initial integer not null,
  available integer not null,
  held integer default 0 not null,
  sold integer default 0 not null,
  total integer not null,
  part smallint default 0 not null,
  version bigint default 1 not null,
  returns integer default 0 not null
) with (fillfactor=20);

create table checkout.stock_movements (
  id bigint generated always as identity not null,
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  delta integer not null,
  reason text not null,
  actor text not null,
  at timestamp with time zone default now() not null,
  idempotency_key text collate "C"
);

create table checkout.stock_told (
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  available integer not null,
  is_low boolean not null,
  told_at timestamp with time zone not null
) with (fillfactor=50);

create table sandbox.charges (
  id uuid default gen_random_uuid() not null,
  idempotency_key text not null,
  reference text not null,
  amount_minor bigint not null,
  currency text not null,
  status text not null,
  reason text,
  at timestamp with time zone default clock_timestamp() not null,
  settles_at timestamp with time zone
);

create table sandbox.events (
  id uuid default gen_random_uuid() not null,
  type text not null,
  charge_id uuid not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  due_at timestamp with time zone not null,
  sends integer not null,
  tries integer default 0 not null
);

create table sandbox.refunds (
  id uuid default gen_random_uuid() not null,
  idempotency_key text not null,
  charge_id uuid not null,
  amount_minor bigint not null,
  at timestamp with time zone default clock_timestamp() not null
);

-- Constraints

alter table checkout.capacity_reports add constraint capacity_reports_pkey PRIMARY KEY (drop_id);

alter table checkout.drops add constraint drops_pkey PRIMARY KEY (drop_id);

alter table checkout.drops_told add constraint drops_told_pkey PRIMARY KEY (drop_id);

alter table checkout.event_deliveries add constraint event_deliveries_pkey PRIMARY KEY (target_id, event_id);

alter table checkout.event_targets add constraint event_targets_pkey PRIMARY KEY (id);

alter table checkout.events add constraint events_pkey PRIMARY KEY (id);

alter table checkout.job_workers add constraint job_workers_pkey PRIMARY KEY (worker_id);

alter table checkout.openings_untold add constraint openings_untold_pkey PRIMARY KEY (drop_id, id);

alter table checkout.orders add constraint orders_one_per_charge UNIQUE (charge_id);

alter table checkout.orders add constraint orders_one_per_reservation UNIQUE (reservation_id);

alter table checkout.orders add constraint orders_pkey PRIMARY KEY (id);

alter table checkout.payment_attempts add constraint payment_attempts_pkey PRIMARY KEY (reservation_id, attempt);

alter table checkout.products add constraint products_pkey PRIMARY KEY (drop_id, sku);

alter table checkout.provider_events add constraint provider_events_pkey PRIMARY KEY (provider, event_id);

alter table checkout.receipt_wishes add constraint receipt_wishes_pkey PRIMARY KEY (reservation_id);

alter table checkout.refunds add constraint refunds_one_per_key UNIQUE (order_id, idempotency_key);

alter table checkout.refunds add constraint refunds_one_per_provider_refund UNIQUE (provider_refund_id);

alter table checkout.refunds add constraint refunds_pkey PRIMARY KEY (id);

alter table checkout.reservations add constraint reservations_one_per_key UNIQUE (session_id, idempotency_key);

alter table checkout.reservations add constraint reservations_pkey PRIMARY KEY (id);

alter table checkout.revocations add constraint revocations_pkey PRIMARY KEY (jti, drop_id);

alter table checkout.sessions add constraint sessions_pkey PRIMARY KEY (jti, drop_id);

alter table checkout.shoppers add constraint shoppers_pkey PRIMARY KEY (shopper, drop_id);

alter table checkout.stock add constraint stock_pkey PRIMARY KEY (drop_id, sku, part);

alter table checkout.stock_movements add constraint stock_movements_pkey PRIMARY KEY (id);

alter table checkout.stock_told add constraint stock_told_pkey PRIMARY KEY (drop_id, sku);

alter table sandbox.charges add constraint charges_one_per_key UNIQUE (idempotency_key);

alter table sandbox.charges add constraint charges_pkey PRIMARY KEY (id);

alter table sandbox.events add constraint events_pkey PRIMARY KEY (id);

alter table sandbox.refunds add constraint refunds_one_per_key UNIQUE (idempotency_key);

alter table sandbox.refunds add constraint refunds_pkey PRIMARY KEY (id);

alter table checkout.drops add constraint drops_hold_bounded CHECK (hold_seconds >= 1 AND hold_seconds <= 86400);

alter table checkout.drops add constraint drops_limit_positive CHECK (per_shopper_limit > 0);

alter table checkout.event_deliveries add constraint event_deliveries_status_known CHECK (status = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text]));

alter table checkout.event_targets add constraint event_targets_kind_known CHECK (kind = ANY (ARRAY['webhook'::text, 'outbox'::text]));

alter table checkout.event_targets add constraint event_targets_webhook_signs CHECK ((kind = 'webhook'::text) = (secret IS NOT NULL));

alter table checkout.orders add constraint orders_fulfilment_dated CHECK (
CASE status
    WHEN 'fulfilled'::text THEN fulfilled_at IS NOT NULL
    WHEN 'paid'::text THEN fulfilled_at IS NULL
    WHEN 'cancelled'::text THEN fulfilled_at IS NULL
    ELSE true
END);

alter table checkout.orders add constraint orders_refund_within_amount CHECK (refunded_minor >= 0 AND refunding_minor >= 0 AND (refunded_minor + refunding_minor) <= amount_minor);

alter table checkout.orders add constraint orders_state_fits_money CHECK (
CASE status
    WHEN 'paid'::text THEN refunded_minor = 0
    WHEN 'fulfilled'::text THEN refunded_minor < amount_minor OR amount_minor = 0
    WHEN 'partially_refunded'::text THEN refunded_minor > 0 AND refunded_minor < amount_minor
    WHEN 'refunded'::text THEN refunded_minor = amount_minor
    WHEN 'cancelled'::text THEN refunded_minor = amount_minor
    ELSE true
END);

alter table checkout.orders add constraint orders_status_known CHECK (status = ANY (ARRAY['paid'::text, 'fulfilled'::text, 'partially_refunded'::text, 'refunded'::text, 'cancelled'::text]));

alter table checkout.payment_attempts add constraint payment_attempts_status_known CHECK (status = ANY (ARRAY['pending'::text, 'captured'::text, 'declined'::text, 'voided'::text, 'reversed'::text]));

alter table checkout.payment_attempts add constraint payment_attempts_waiting_known CHECK (waiting_for = ANY (ARRAY['action'::text, 'provider'::text]));

alter table checkout.products add constraint products_parts_bounded CHECK (parts >= 1 AND parts <= 64);

alter table checkout.products add constraint products_price_not_negative CHECK (price_minor >= 0);

alter table checkout.receipt_wishes add constraint receipt_wishes_short CHECK (length(address) <= 254 AND length(lang) <= 8);

alter table checkout.refunds add constraint refunds_kind_known CHECK (kind = ANY (ARRAY['refund'::text, 'cancellation'::text, 'late_payment'::text, 'provider'::text]));

alter table checkout.refunds add constraint refunds_lines_whole CHECK (cardinality(skus) = cardinality(quantities));

alter table checkout.refunds add constraint refunds_not_negative CHECK (amount_minor >= 0);

alter table checkout.refunds add constraint refunds_of_order CHECK ((order_id IS NULL) = (kind = 'late_payment'::text));

alter table checkout.refunds add constraint refunds_settlement_dated CHECK ((status = 'pending'::text) = (settled_at IS NULL));

alter table checkout.refunds add constraint refunds_status_known CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'refused'::text]));

alter table checkout.reservations add constraint reservations_finish_dated CHECK ((status = 'held'::text) = (finished_at IS NULL));

alter table checkout.reservations add constraint reservations_lines_whole CHECK (cardinality(skus) >= 1 AND cardinality(skus) <= 20 AND cardinality(skus) = cardinality(quantities) AND cardinality(skus) = cardinality(unit_prices_minor));

alter table checkout.reservations add constraint reservations_parts_whole CHECK (parts IS NULL OR cardinality(parts) = cardinality(skus));

alter table checkout.reservations add constraint reservations_pay_only_held CHECK (paying_since IS NULL OR status = 'held'::text);

alter table checkout.reservations add constraint reservations_status_known CHECK (status = ANY (ARRAY['held'::text, 'paid'::text, 'released'::text, 'expired'::text]));

alter table checkout.sessions add constraint sessions_end_has_reason CHECK ((ended_at IS NULL) = (end_reason IS NULL));

alter table checkout.sessions add constraint sessions_end_reason_known CHECK (end_reason = ANY (ARRAY['paid'::text, 'released'::text, 'expired'::text, 'revoked'::text]));

alter table checkout.shoppers add constraint shoppers_units_not_negative CHECK (units >= 0);

alter table checkout.stock add constraint stock_conserved CHECK ((available + held + sold) = total);

alter table checkout.stock add constraint stock_initial_in_first_part CHECK (part = 0 OR initial = 0);

alter table checkout.stock add constraint stock_not_negative CHECK (initial >= 0 AND available >= 0 AND held >= 0 AND sold >= 0);

alter table checkout.stock add constraint stock_part_bounded CHECK (part >= 0 AND part <= 63);

alter table checkout.stock_movements add constraint stock_movements_not_zero CHECK (delta <> 0);

alter table sandbox.charges add constraint charges_status_known CHECK (status = ANY (ARRAY['captured'::text, 'declined'::text, 'refunded'::text, 'voided'::text, 'processing'::text, 'requires_action'::text]));

alter table checkout.capacity_reports add constraint capacity_reports_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES checkout.drops(drop_id);

alter table checkout.drops_told add constraint drops_told_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES checkout.drops(drop_id);

alter table checkout.event_deliveries add constraint event_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES checkout.events(id) ON DELETE CASCADE;

alter table checkout.event_deliveries add constraint event_deliveries_target_id_fkey FOREIGN KEY (target_id) REFERENCES checkout.event_targets(id) ON DELETE CASCADE;

alter table checkout.orders add constraint orders_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES checkout.reservations(id);

alter table checkout.payment_attempts add constraint payment_attempts_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES checkout.reservations(id);

alter table checkout.products add constraint products_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES checkout.drops(drop_id);

alter table checkout.receipt_wishes add constraint receipt_wishes_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES checkout.reservations(id) ON DELETE CASCADE;

alter table checkout.refunds add constraint refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES checkout.orders(id);

alter table checkout.refunds add constraint refunds_reservation_id_attempt_fkey FOREIGN KEY (reservation_id, attempt) REFERENCES checkout.payment_attempts(reservation_id, attempt);

alter table checkout.revocations add constraint revocations_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES checkout.drops(drop_id);

alter table checkout.stock add constraint stock_drop_id_sku_fkey FOREIGN KEY (drop_id, sku) REFERENCES checkout.products(drop_id, sku);

alter table checkout.stock_movements add constraint stock_movements_drop_id_sku_fkey FOREIGN KEY (drop_id, sku) REFERENCES checkout.products(drop_id, sku);

alter table sandbox.events add constraint events_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES sandbox.charges(id) ON DELETE CASCADE;

alter table sandbox.refunds add constraint refunds_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES sandbox.charges(id) ON DELETE CASCADE;

-- Views

create view checkout.balances as
 SELECT drop_id,
    sku,
    (sum(initial))::integer AS initial,
    (sum(available))::integer AS available,
    (sum(held))::integer AS held,
    (sum(sold))::integer AS sold,
    (sum(total))::integer AS total
   FROM checkout.stock
  GROUP BY drop_id, sku;

create view checkout.reservation_lines as
 SELECT r.id AS reservation_id,
    r.drop_id,
    line.sku,
    line.quantity,
    line.unit_price_minor,
    COALESCE(line.part, (0)::smallint) AS part
   FROM (checkout.reservations r
     CROSS JOIN LATERAL UNNEST(r.skus, r.quantities, r.unit_prices_minor, r.parts) line(sku, quantity, unit_price_minor, part));

-- Functions

CREATE OR REPLACE FUNCTION checkout.acknowledge_opened(p_drop text, p_ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
begin
  delete from checkout.openings_untold u where u.drop_id = p_drop and u.id = any (p_ids);
end $function$
;

CREATE OR REPLACE FUNCTION checkout.add_delivery_job(p_event uuid, p_target uuid, p_at timestamp with time zone)
 RETURNS void
 LANGUAGE sql
AS $function$
  select graphile_worker.add_job('deliver_event', json_build_object('eventId', p_event, 'targetId', p_target),
           run_at => p_at, max_attempts => 12, job_key => 'deliver ' || p_event || ' ' || p_target);
$function$
;

CREATE OR REPLACE FUNCTION checkout.announce_drop()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('checkout_stock', new.drop_id || ' +');
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.announce_stock()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_now bigint := extract(epoch from clock_timestamp()) * 1000;
  v_last text;
  v_drop text;
  v_came_back boolean;
begin
  for v_drop, v_came_back in
    select n.drop_id, bool_or(n.available > o.available)
      from new_rows n join old_rows o using (drop_id, sku, part) group by n.drop_id
  loop
    v_last := 'checkout.announced_' || replace(v_drop, '-', '_');
    if v_came_back or v_now - coalesce(nullif(current_setting(v_last, true), ''), '0')::bigint not between 0 and 99 then
      perform set_config(v_last, v_now::text, false);
      perform pg_notify('checkout_stock', v_drop || case when v_came_back then ' +' else '' end);
    end if;
  end loop;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.apply_stock_movement()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_missing integer := -new.delta;
  v_row record;
begin
  if new.delta > 0 then
    update checkout.stock set available = available + new.delta, total = total + new.delta
     where drop_id = new.drop_id and sku = new.sku and part = 0;
    return new;
  end if;
  for v_row in
    select part, least(available, v_missing) as units from checkout.stock
     where drop_id = new.drop_id and sku = new.sku order by part for update
  loop
    v_row.units := least(v_row.units, v_missing);
    update checkout.stock set available = available - v_row.units, total = total - v_row.units
     where drop_id = new.drop_id and sku = new.sku and part = v_row.part and v_row.units > 0;
    v_missing := v_missing - v_row.units;
  end loop;
  if v_missing > 0 then
    raise exception 'more would be withdrawn than is available'
      using errcode = 'check_violation', constraint = 'stock_not_negative', table = 'stock', schema = 'checkout';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.beat_job_worker(p_worker text, p_silent_seconds double precision)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  v_horizon timestamptz := clock_timestamp() - make_interval(secs => p_silent_seconds);
  v_dead text[];
begin
  insert into checkout.job_workers (worker_id, seen_at) values (p_worker, clock_timestamp())
    on conflict (worker_id) do update set seen_at = excluded.seen_at;
  select array_agg(distinct j.locked_by) into v_dead
    from graphile_worker.jobs j left join checkout.job_workers w on w.worker_id = j.locked_by
   where j.locked_by is not null and j.locked_at < v_horizon and coalesce(w.seen_at < v_horizon, true);
  if v_dead is null then
    delete from checkout.job_workers w where w.seen_at < v_horizon - interval '1 hour';
    return 0;
  end if;
  perform graphile_worker.force_unlock_workers(v_dead);
  return cardinality(v_dead);
end $function$
;

CREATE OR REPLACE FUNCTION checkout.begin_delivery(p_event uuid, p_target uuid, p_probe_seconds double precision)
 RETURNS TABLE(paused_until timestamp with time zone, kind text, url text, secrets text[], type text, drop_id text, subject text, data jsonb, at timestamp with time zone, tries integer)
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.capturing_attempt(p_reservation uuid)
 RETURNS smallint
 LANGUAGE sql
 STABLE
AS $function$
  select attempt from checkout.payment_attempts where reservation_id = p_reservation and status = 'captured';
$function$
;

CREATE OR REPLACE FUNCTION checkout.delete_rehearsal(p_drop text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.emit_event(p_type text, p_drop text, p_subject text, p_data jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.emit_order_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.emit_stock_events(p_every_seconds double precision)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.end_idle_sessions(p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.end_paid_sessions(p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  update checkout.sessions s set ended_at = clock_timestamp(), end_reason = 'paid'
    from (select distinct r.jti, r.drop_id from checkout.reservations r where r.id = any (p_ids)) k
   where s.jti = k.jti and s.drop_id = k.drop_id and coalesce(s.ended_at, 'infinity') = 'infinity'
     and exists (select from checkout.orders o where o.jti = k.jti and o.drop_id = k.drop_id)
     and not exists (select from checkout.reservations r where r.session_id = s.session_id and r.status || '' = 'held');
end $function$
;

CREATE OR REPLACE FUNCTION checkout.expire_reservations(p_limit integer, OUT expired integer, OUT drops text[], OUT lags double precision[])
 RETURNS record
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.fail_payment(p_id uuid, p_attempt smallint, p_status text, p_reason text, p_grace_seconds double precision)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform from checkout.reservations r where r.id = p_id for update;
  update checkout.payment_attempts a set status = p_status, reason = p_reason, waiting_for = null, settled_at = clock_timestamp()
   where a.reservation_id = p_id and a.attempt = p_attempt and a.status = 'pending';
  if found then
    update checkout.reservations r
       set paying_since = null,
           expires_at = greatest(r.expires_at, least(clock_timestamp() + make_interval(secs => p_grace_seconds),
                                                     r.promised_until + interval '15 minutes'))
     where r.id = p_id and r.payment_attempt = p_attempt and r.status = 'held';
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.finish_delivery(p_event uuid, p_target uuid, p_error text, p_again_seconds double precision, p_gone boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.forget_openings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from checkout.openings_untold where drop_id in (select drop_id from deleted);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.fulfil_order(p_order uuid, p_transitions jsonb, OUT state text, OUT fulfilled boolean, OUT refunding boolean)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
begin
  select o.status into state from checkout.orders o where o.id = p_order for update;
  refunding := exists (select from checkout.refunds r where r.order_id = p_order and r.status = 'pending');
  fulfilled := coalesce(p_transitions -> 'fulfil' ? state and not refunding, false);
  if fulfilled then
    update checkout.orders o set status = p_transitions -> 'fulfil' ->> state, fulfilled_at = clock_timestamp() where o.id = p_order
      returning o.status into state;
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.give_up_payments(p_seconds double precision, p_limit integer)
 RETURNS text[]
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
declare
  v_due uuid[];
  v_done uuid[];
  v_drops text[];
begin
  select array_agg(due.id) into v_due from (
    select r.id from checkout.reservations r
      join checkout.shoppers h on h.drop_id = r.drop_id and h.shopper = r.shopper
     where r.paying_since is not null and r.paying_since <= clock_timestamp() - make_interval(secs => p_seconds)
     order by r.paying_since limit p_limit for update of h skip locked) due;
  if v_due is null then
    return '{}';
  end if;
  with done as (
    update checkout.reservations set status = 'expired', paying_since = null, finished_at = clock_timestamp()
     where id = any (v_due) and status = 'held' and paying_since <= clock_timestamp() - make_interval(secs => p_seconds)
    returning id, drop_id)
  select coalesce(array_agg(id), '{}'), coalesce(array_agg(distinct drop_id), '{}') into v_done, v_drops from done;
  perform checkout.move_held(v_done, false);
  perform checkout.end_paid_sessions(v_done);
  return v_drops;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.is_rehearsal(p_drop text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select starts_with(p_drop, 'rehearsal-');
$function$
;

CREATE OR REPLACE FUNCTION checkout.keep_order_ended()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.status in ('refunded', 'cancelled') and new.status <> old.status then
    raise exception 'order % has ended as %', old.id, old.status using errcode = 'restrict_violation', constraint = 'orders_end_is_final';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.leave_session(p_drop text, p_jti text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.lock_shoppers(p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  perform from (select distinct r.drop_id, r.shopper from checkout.reservations r where r.id = any (p_ids)) k
    join checkout.shoppers h on h.shopper = k.shopper and h.drop_id = k.drop_id
   order by h.drop_id, h.shopper for update of h;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.move_held(p_ids uuid[], p_sold boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.move_stock(p_drop text, p_sku text, p_delta integer, p_total integer, p_after bigint, p_reason text, p_actor text, p_key text, OUT verdict text, OUT movement checkout.stock_movements, OUT ledger bigint, OUT available integer, OUT total integer)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_delta integer := p_delta;
begin
  perform from checkout.stock s where s.drop_id = p_drop and s.sku = p_sku order by s.part for update;
  select b.available, b.total into available, total from checkout.balances b where b.drop_id = p_drop and b.sku = p_sku;
  if total is null then
    verdict := 'no-such-sku';
    return;
  end if;
  select coalesce(max(m.id), 0) into ledger from checkout.stock_movements m where m.drop_id = p_drop and m.sku = p_sku;

  if p_key is not null then
    select m.* into movement from checkout.stock_movements m
     where m.drop_id = p_drop and m.sku = p_sku and m.idempotency_key = p_key;
    if found then
      verdict := case when movement.delta = p_delta and movement.reason = p_reason and movement.actor = p_actor
                      then 'replayed' else 'key-reused' end;
      return;
    end if;
  end if;

  if p_total is not null then
    if ledger <> p_after then
      verdict := 'changed';
      return;
    end if;
    v_delta := p_total - total;
    if v_delta = 0 then
      verdict := 'unchanged';
      return;
    end if;
  end if;
  if available + v_delta < 0 then
    verdict := 'not-enough-stock';
    return;
  end if;

  insert into checkout.stock_movements (drop_id, sku, delta, reason, actor, idempotency_key)
    values (p_drop, p_sku, v_delta, p_reason, p_actor, p_key) returning * into movement;
  verdict := 'moved';
  ledger := movement.id;
  available := available + v_delta;
  total := total + v_delta;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.next_openings(p_drop text, OUT jtis text[], OUT ids bigint[])
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
AS $function$
begin
  select coalesce(array_agg(o.jti), '{}'), coalesce(array_agg(o.id), '{}') into jtis, ids
    from (select u.jti, u.id from checkout.openings_untold u where u.drop_id = p_drop order by u.id limit 500) o;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.open_sessions(p_jtis text[], p_drops text[], p_ids uuid[], p_shoppers text[], p_customers text[], p_secret_hashes bytea[], p_salts bytea[], p_credential_hashes bytea[], p_reserve_until timestamp with time zone[], OUT created uuid[], OUT known json)
 RETURNS record
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  perform pg_advisory_xact_lock_shared(checkout.session_gate(d.drop_id))
    from (select distinct drop_id from unnest(p_drops) drop_id order by 1) d;
  -- As a foreign key would: no drop goes while sessions come.
  perform from checkout.drops d where d.drop_id = any (p_drops) order by d.drop_id for key share;

  insert into checkout.shoppers (drop_id, shopper)
    select distinct p.drop_id, p.shopper from unnest(p_drops, p_shoppers) p (drop_id, shopper)
      join checkout.drops d on d.drop_id = p.drop_id
     order by 1, 2
    on conflict do nothing;

  with opened as (
    insert into checkout.sessions (jti, drop_id, session_id, shopper, customer, secret_hash, salt, credential_hash, reserve_until)
      select distinct on (p.drop_id, p.jti) p.jti, p.drop_id, p.id, p.shopper, p.customer, p.secret_hash, p.salt, p.credential_hash, p.reserve_until
        from unnest(p_jtis, p_drops, p_ids, p_shoppers, p_customers, p_secret_hashes, p_salts, p_credential_hashes, p_reserve_until)
               with ordinality p (jti, drop_id, id, shopper, customer, secret_hash, salt, credential_hash, reserve_until, at)
        join checkout.drops d on d.drop_id = p.drop_id
       where not exists (select from checkout.revocations v where v.jti = p.jti and v.drop_id = p.drop_id)
       order by p.drop_id, p.jti, p.at
      on conflict do nothing
    returning session_id, drop_id, jti),
  untold as (insert into checkout.openings_untold (drop_id, jti) select o.drop_id, o.jti from opened o)
  select array_agg(o.session_id) into created from opened o;

  if coalesce(cardinality(created), 0) < cardinality(p_ids) then
    select json_agg(json_build_object('at', p.at - 1, 'sessionId', s.session_id, 'secretHash', encode(s.secret_hash, 'hex'),
             'salt', encode(s.salt, 'hex'), 'shopper', s.shopper,
             'reserveUntilMs', (extract(epoch from s.reserve_until) * 1000)::bigint, 'ended', s.ended_at is not null,
             'revoked', v.jti is not null)) into known
      from unnest(p_jtis, p_drops, p_ids) with ordinality p (jti, drop_id, id, at)
      left join checkout.sessions s on s.jti = p.jti and s.drop_id = p.drop_id
      left join checkout.revocations v on v.jti = p.jti and v.drop_id = p.drop_id
     where (s.jti is not null or v.jti is not null) and p.id <> all (coalesce(created, '{}'));
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.order_receipt()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from checkout.receipt_wishes w where w.reservation_id = new.reservation_id) then
    perform graphile_worker.add_job('send_receipt', json_build_object('orderId', new.id), max_attempts => 12,
      job_key => 'receipt ' || new.id);
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.place_reference(p_number text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when p_number ~ '^[A-Za-z0-9_-]{8}' then (
    select string_agg(substr('23456789BCDFGHJKMNPQRSTVWXYZ', get_byte(bytes, at) % 28 + 1, 1) || case at when 2 then '-' else '' end, ''
             order by at)
      from decode(translate(left(p_number, 8), '-_', '+/'), 'base64') bytes, generate_series(0, 5) at) end;
$function$
;

CREATE OR REPLACE FUNCTION checkout.raise_stock_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.version := old.version + 1;
  if new.available > old.available and old.available < 10 then
    new.returns := old.returns + 1;
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.raise_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.version := old.version + 1;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.record_provider_refund(p_reservation uuid, p_attempt smallint, p_provider_refund text, p_amount bigint, p_transitions jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  v_order checkout.orders;
  v_event text;
begin
  select * into v_order from checkout.orders o where o.reservation_id = p_reservation for update;
  if not found or exists (select from checkout.refunds r where r.provider_refund_id = p_provider_refund) then
    return false;
  end if;
  v_event := case when v_order.refunded_minor + p_amount = v_order.amount_minor then 'refund_rest' else 'refund_part' end;
  update checkout.orders o
     set refunded_minor = o.refunded_minor + p_amount, status = p_transitions -> v_event ->> o.status
   where o.id = v_order.id and p_transitions -> v_event ? o.status;
  if not found then
    raise exception 'order % is % and can not %', v_order.id, v_order.status, v_event;
  end if;
  insert into checkout.refunds (order_id, reservation_id, attempt, kind, amount_minor, reason, actor, status, provider_refund_id, settled_at)
    values (v_order.id, p_reservation, p_attempt, 'provider', p_amount, 'made at the payment provider', 'payment provider',
            'succeeded', p_provider_refund, clock_timestamp());
  return true;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$
;

CREATE OR REPLACE FUNCTION checkout.release_reservations(p_ids uuid[])
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.replay_deliveries(p_target uuid, p_events uuid[])
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  v_events uuid[];
begin
  with again as (
    update checkout.event_deliveries d set status = 'pending', tries = 0
     where d.target_id = p_target and d.status = 'dead' and (p_events is null or d.event_id = any (p_events)) returning d.event_id)
  select array_agg(event_id) into v_events from again;
  perform checkout.add_delivery_job(event, p_target, clock_timestamp()) from unnest(v_events) event;
  return coalesce(cardinality(v_events), 0);
end $function$
;

CREATE OR REPLACE FUNCTION checkout.request_refund(p_order uuid, p_kind text, p_key text, p_amount bigint, p_skus text[], p_quantities integer[], p_reason text, p_actor text, p_transitions jsonb, OUT verdict text, OUT refund_id uuid, OUT state text, OUT left_minor bigint)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_order checkout.orders;
  v_bought checkout.reservations;
  v_seen checkout.refunds;
  v_event text;
begin
  select * into v_order from checkout.orders o where o.id = p_order for update;
  if not found then
    verdict := 'no-such-order';
    return;
  end if;
  state := v_order.status;
  left_minor := v_order.amount_minor - v_order.refunded_minor - v_order.refunding_minor;
  select * into v_bought from checkout.reservations r where r.id = v_order.reservation_id;

  select * into v_seen from checkout.refunds r where r.order_id = p_order and r.idempotency_key = p_key;
  if found then
    refund_id := v_seen.id;
    verdict := case
      when v_seen.kind = p_kind
       and (v_seen.amount_minor = p_amount or p_amount is null)
       and (p_kind = 'cancellation' or (v_seen.skus = p_skus and v_seen.quantities = p_quantities))
      then 'replayed' else 'key-reused' end;
    return;
  end if;

  if p_kind = 'cancellation' then
    p_skus := v_bought.skus;
    p_quantities := v_bought.quantities;
  end if;
  p_amount := coalesce(p_amount, left_minor);
  v_event := case when p_kind = 'cancellation' then 'cancel'
                  when p_amount + v_order.refunded_minor = v_order.amount_minor then 'refund_rest' else 'refund_part' end;
  -- One at a time for a cancellation: it is of everything, so nothing may be on its way already.
  if not (p_transitions -> v_event ? v_order.status) or (p_kind = 'cancellation' and v_order.refunding_minor > 0)
     or exists (select from checkout.refunds r where r.order_id = p_order and r.kind = 'cancellation' and r.status = 'pending') then
    verdict := 'state';
    return;
  end if;
  if p_amount > left_minor or (p_amount = 0 and p_kind <> 'cancellation') then
    verdict := 'amount';
    return;
  end if;
  if exists (
    select from unnest(p_skus, p_quantities) wish (sku, quantity)
      left join unnest(v_bought.skus, v_bought.quantities) bought (sku, quantity) using (sku)
      left join (select line.sku, sum(line.quantity) quantity
                   from checkout.refunds r cross join lateral unnest(r.skus, r.quantities) line (sku, quantity)
                  where r.order_id = p_order and r.status <> 'refused' group by line.sku) returned using (sku)
     where wish.quantity > coalesce(bought.quantity, 0) - coalesce(returned.quantity, 0)) then
    verdict := 'lines';
    return;
  end if;

  insert into checkout.refunds (order_id, reservation_id, attempt, kind, idempotency_key, amount_minor, skus, quantities, reason, actor)
    values (p_order, v_order.reservation_id, checkout.capturing_attempt(v_order.reservation_id), p_kind, p_key, p_amount,
            p_skus, p_quantities, p_reason, p_actor)
    returning id into refund_id;
  update checkout.orders o set refunding_minor = o.refunding_minor + p_amount where o.id = p_order;
  perform graphile_worker.add_job('settle_refund', json_build_object('refundId', refund_id), max_attempts => 12);
  verdict := 'requested';
end $function$
;

CREATE OR REPLACE FUNCTION checkout.reserve_batch(p_drop text, p_ids uuid[], p_jtis text[], p_keys text[], p_shoppers text[], p_shopper_at integer[], p_skus text[], p_line_starts integer[], p_line_skus integer[], p_line_quantities integer[], p_part integer, p_all boolean, OUT verdicts json, OUT amounts json, OUT available json, OUT expires_at_ms double precision, OUT currency text, OUT replays json, OUT scarce boolean)
 RETURNS record
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.reserve_plain(p_drop text, p_ids uuid[], p_jtis text[], p_keys text[], p_shoppers text[], p_units integer[], p_wish_at integer[], p_skus text[], p_sku_units integer[], p_wish_starts integer[], p_line_skus integer[], p_line_quantities integer[], p_part integer, OUT amounts double precision[], OUT available integer[], OUT returns integer[], OUT expires_at_ms double precision, OUT currency text, OUT scarce boolean)
 RETURNS record
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.revoke_admissions(p_drop text, p_jtis text[], p_reason text, p_actor text)
 RETURNS text[]
 LANGUAGE plpgsql
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION checkout.session_gate(p_drop text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select hashtextextended('checkout sessions ' || p_drop, 0)
$function$
;

CREATE OR REPLACE FUNCTION checkout.settle_late_payment(p_id uuid, p_attempt smallint, p_charge text)
 RETURNS text
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
declare
  v_hold checkout.reservations;
  v_attempt checkout.payment_attempts;
  v_fits boolean;
begin
  perform checkout.lock_shoppers(array[p_id]);
  select * into v_hold from checkout.reservations r where r.id = p_id for update;
  select * into v_attempt from checkout.payment_attempts a where a.reservation_id = p_id and a.attempt = p_attempt for update;
  if v_attempt.status is null or v_attempt.status in ('captured', 'reversed') then
    return 'known';
  end if;

  if v_hold.status in ('held', 'expired') and not exists (
       select from checkout.payment_attempts a
        where a.reservation_id = p_id and a.attempt <> p_attempt and a.status in ('pending', 'captured')) then
    if v_hold.status = 'expired' then
      select h.units + v_hold.units <= d.per_shopper_limit into v_fits
        from checkout.shoppers h join checkout.drops d on d.drop_id = h.drop_id
       where h.drop_id = v_hold.drop_id and h.shopper = v_hold.shopper;
      if v_fits then
        v_fits := checkout.take_available(v_hold.drop_id, v_hold.skus, v_hold.quantities);
      end if;
      if v_fits then
        update checkout.shoppers h set units = h.units + v_hold.units
         where h.drop_id = v_hold.drop_id and h.shopper = v_hold.shopper;
        update checkout.reservations r set status = 'held', finished_at = null, parts = null where r.id = p_id;
      end if;
    end if;
    if v_hold.status = 'held' or v_fits then
      update checkout.payment_attempts a set status = 'pending', reason = null where a.reservation_id = p_id and a.attempt = p_attempt;
      update checkout.reservations r set paying_since = clock_timestamp(), payment_attempt = p_attempt where r.id = p_id;
      perform checkout.settle_payments(array[p_id], array[p_attempt], array[p_charge]);
      return 'paid';
    end if;
  end if;

  update checkout.payment_attempts a
     set status = 'reversed', charge_id = p_charge, waiting_for = null, settled_at = clock_timestamp()
   where a.reservation_id = p_id and a.attempt = p_attempt;
  with refund as (
    insert into checkout.refunds (reservation_id, attempt, kind, amount_minor, reason, actor)
    values (p_id, p_attempt, 'late_payment', v_hold.amount_minor,
            case v_hold.status when 'paid' then 'paid twice' when 'held' then 'paid twice'
                               else 'the hold was ' || v_hold.status end, 'checkout-api')
    returning id)
  select graphile_worker.add_job('settle_refund', json_build_object('refundId', id), max_attempts => 12)::text
    into v_attempt.reason from refund;
  return 'reversed';
end $function$
;

CREATE OR REPLACE FUNCTION checkout.settle_payments(p_ids uuid[], p_attempts smallint[], p_charges text[])
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  v_done uuid[];
begin
  perform checkout.lock_shoppers(p_ids);
  with done as (
    update checkout.reservations r set status = 'paid', paying_since = null, finished_at = clock_timestamp()
      from unnest(p_ids, p_attempts) p (id, attempt)
     where r.id = p.id and r.status = 'held' and r.paying_since is not null and r.payment_attempt = p.attempt returning r.id)
  select coalesce(array_agg(id), '{}') into v_done from done;

  update checkout.payment_attempts a set status = 'captured', charge_id = p.charge, waiting_for = null, settled_at = clock_timestamp()
    from unnest(p_ids, p_attempts, p_charges) p (id, attempt, charge)
   where a.reservation_id = p.id and a.attempt = p.attempt and a.reservation_id = any (v_done);

  insert into checkout.orders (drop_id, jti, reservation_id, amount_minor, currency, charge_id)
    select r.drop_id, r.jti, r.id, r.amount_minor, r.currency, p.charge
      from unnest(p_ids, p_charges) p (id, charge) join checkout.reservations r on r.id = p.id
     where r.id = any (v_done);

  perform checkout.move_held(v_done, true);
  perform checkout.end_paid_sessions(v_done);
  return v_done;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.settle_refund(p_refund uuid, p_status text, p_provider_refund text, p_refusal text, p_transitions jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  v_refund checkout.refunds;
  v_order checkout.orders;
  v_event text;
begin
  -- The order before its refund, as when it was asked for.
  select o.* into v_order from checkout.orders o
    where o.id = (select r.order_id from checkout.refunds r where r.id = p_refund) for update;
  update checkout.refunds r
     set status = p_status, provider_refund_id = p_provider_refund, refusal = p_refusal, settled_at = clock_timestamp()
   where r.id = p_refund and r.status = 'pending' returning * into v_refund;
  if v_refund.id is null then
    return false;
  end if;
  if v_order.id is null then
    return true;
  end if;
  if p_status = 'refused' then
    update checkout.orders o set refunding_minor = o.refunding_minor - v_refund.amount_minor where o.id = v_order.id;
    return true;
  end if;

  v_event := case when v_refund.kind = 'cancellation' then 'cancel'
                  when v_order.refunded_minor + v_refund.amount_minor = v_order.amount_minor then 'refund_rest'
                  else 'refund_part' end;
  update checkout.orders o
     set refunding_minor = o.refunding_minor - v_refund.amount_minor,
         refunded_minor = o.refunded_minor + v_refund.amount_minor,
         status = p_transitions -> v_event ->> o.status
   where o.id = v_order.id and p_transitions -> v_event ? o.status;
  if not found then
    raise exception 'order % is % and can not %', v_order.id, v_order.status, v_event;
  end if;
  -- A unit that comes back is put in again: a movement like any other, in the one order in which stock is locked.
  insert into checkout.stock_movements (drop_id, sku, delta, reason, actor)
    select v_order.drop_id, line.sku, line.quantity, v_refund.kind || ' of order ' || v_order.id, v_refund.actor
      from unnest(v_refund.skus, v_refund.quantities) line (sku, quantity) order by line.sku;
  return true;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.stock_returns(p_drop text, p_skus text[])
 RETURNS integer[]
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  return (select array_agg(s.returns order by q.at)
            from unnest(p_skus) with ordinality q (sku, at)
            left join lateral (
              select sum(s.returns)::integer as returns from checkout.stock s
               where s.drop_id = p_drop and s.sku = q.sku) s on true);
end $function$
;

CREATE OR REPLACE FUNCTION checkout.take_available(p_drop text, p_skus text[], p_quantities integer[])
 RETURNS boolean
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
declare
  v_row record;
  v_missing integer;
begin
  perform from checkout.stock s where s.drop_id = p_drop and s.sku = any (p_skus) order by s.drop_id, s.sku, s.part for update;
  if exists (
    select from unnest(p_skus, p_quantities) l (sku, quantity)
      left join checkout.balances b on b.drop_id = p_drop and b.sku = l.sku
     where coalesce(b.available, 0) < l.quantity) then
    return false;
  end if;
  for at in 1 .. cardinality(p_skus) loop
    v_missing := p_quantities[at];
    for v_row in
      select s.part, s.available from checkout.stock s where s.drop_id = p_drop and s.sku = p_skus[at] order by s.part
    loop
      v_row.available := least(v_row.available, v_missing);
      v_missing := v_missing - v_row.available;
      update checkout.stock s
         set available = s.available - v_row.available,
             total = s.total - v_row.available
       where s.drop_id = p_drop and s.sku = p_skus[at] and s.part = v_row.part and v_row.available > 0;
    end loop;
    update checkout.stock s set held = s.held + p_quantities[at], total = s.total + p_quantities[at]
     where s.drop_id = p_drop and s.sku = p_skus[at] and s.part = 0;
  end loop;
  return true;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.take_capacity(p_drop text, p_reporter text, p_lease_seconds double precision)
 RETURNS TABLE(seq bigint, at timestamp with time zone, sellable bigint, held bigint, inside bigint, inside_without_hold bigint, opened text[], opened_ids bigint[])
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
AS $function$
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
    select v_seq, clock_timestamp(), stock.available, stock.held, i.inside,
           i.inside - case when stock.held > 20000 and stock.available > i.inside * 4 then 0 else (
             -- Only a payment under way outlives its session, so only those are looked at twice.
             select count(distinct r.session_id) from checkout.reservations r
              where r.drop_id = p_drop and r.status = 'held'
                and (r.paying_since is null or exists (
                      select from checkout.sessions s
                       where s.jti = r.jti and s.drop_id = p_drop and s.ended_at is null))) end,
           o.jtis, o.ids
      from (select coalesce(sum(s.available), 0) available, coalesce(sum(s.held), 0) held
              from checkout.stock s where s.drop_id = p_drop) stock,
           (select count(*) inside from checkout.sessions s where s.drop_id = p_drop and s.ended_at is null) i,
           checkout.next_openings(p_drop) o;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.take_more_opened(p_drop text, p_reporter text)
 RETURNS TABLE(seq bigint, opened text[], opened_ids bigint[])
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_seq bigint;
begin
  update checkout.capacity_reports c set seq = c.seq + 1 where c.drop_id = p_drop and c.reporter = p_reporter returning c.seq into v_seq;
  if v_seq is not null then
    return query select v_seq, o.jtis, o.ids from checkout.next_openings(p_drop) o;
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION checkout.utc_text(p_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$function$
;

CREATE OR REPLACE FUNCTION sandbox.charge(p_key text, p_reference text, p_amount bigint, p_currency text, p_status text, p_reason text, p_settles_after double precision, p_sends integer, p_sent_after double precision)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_id uuid;
begin
  insert into sandbox.charges (idempotency_key, reference, amount_minor, currency, status, reason, settles_at)
    values (p_key, p_reference, p_amount, p_currency, p_status, p_reason,
            clock_timestamp() + make_interval(secs => p_settles_after))
    on conflict (idempotency_key) do nothing returning id into v_id;
  if v_id is not null and p_sends > 0 then
    insert into sandbox.events (type, charge_id, due_at, sends)
      values ('charge.' || p_status, v_id, clock_timestamp() + make_interval(secs => p_sent_after), p_sends);
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION sandbox.refund(p_key text, p_charge uuid, p_amount bigint)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
declare
  v_charge sandbox.charges;
  v_id uuid;
  v_given bigint;
begin
  select * into v_charge from sandbox.charges c where c.id = p_charge for update;
  select r.id into v_id from sandbox.refunds r where r.idempotency_key = p_key;
  if found then
    return v_id;
  end if;
  select coalesce(sum(r.amount_minor), 0) into v_given from sandbox.refunds r where r.charge_id = p_charge;
  if v_charge.status is distinct from 'captured' or p_amount <= 0 or v_given + p_amount > v_charge.amount_minor then
    return null;
  end if;
  insert into sandbox.refunds (idempotency_key, charge_id, amount_minor) values (p_key, p_charge, p_amount) returning id into v_id;
  update sandbox.charges c set status = 'refunded' where c.id = p_charge and v_given + p_amount = c.amount_minor;
  return v_id;
end $function$
;

CREATE OR REPLACE FUNCTION sandbox.settle_due()
 RETURNS void
 LANGUAGE sql
AS $function$
  with settled as (
    update sandbox.charges c set status = 'captured', settles_at = null
     where c.status in ('processing', 'requires_action') and c.settles_at <= clock_timestamp() returning c.id)
  insert into sandbox.events (type, charge_id, due_at, sends) select 'charge.captured', id, clock_timestamp(), 1 from settled;
$function$
;

CREATE OR REPLACE FUNCTION sandbox.take_events(p_limit integer, p_again double precision)
 RETURNS TABLE(id uuid, type text, key text, charge_id uuid, created_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
begin
  perform sandbox.settle_due();
  return query
    with due as (
      select e.id from sandbox.events e where e.sends > 0 and e.tries < 100 and e.due_at <= clock_timestamp()
       order by e.due_at limit p_limit for update skip locked)
    update sandbox.events e set due_at = clock_timestamp() + make_interval(secs => p_again), tries = e.tries + 1
      from due, sandbox.charges c
     where e.id = due.id and c.id = e.charge_id
    returning e.id, e.type, c.idempotency_key, c.id, e.created_at;
end $function$
;

-- Indexes

CREATE INDEX event_deliveries_dead ON checkout.event_deliveries USING btree (target_id, last_tried_at) WHERE (status = 'dead'::text);

CREATE INDEX event_deliveries_of_event ON checkout.event_deliveries USING btree (event_id);

CREATE UNIQUE INDEX event_targets_one_outbox ON checkout.event_targets USING btree (kind) WHERE (kind = 'outbox'::text);

CREATE INDEX events_of_subject ON checkout.events USING btree (subject);

CREATE INDEX orders_created ON checkout.orders USING btree (created_at, id);

CREATE INDEX orders_of_drop ON checkout.orders USING btree (drop_id, created_at, id);

CREATE INDEX orders_of_reference ON checkout.orders USING btree (checkout.place_reference(jti));

CREATE INDEX orders_of_session ON checkout.orders USING btree (jti, drop_id);

CREATE UNIQUE INDEX payment_attempts_one_charge ON checkout.payment_attempts USING btree (provider, charge_id);

CREATE UNIQUE INDEX payment_attempts_one_open ON checkout.payment_attempts USING btree (reservation_id) WHERE (status = ANY (ARRAY['pending'::text, 'captured'::text]));

CREATE INDEX payment_attempts_pending ON checkout.payment_attempts USING btree (started_at) WHERE (status = 'pending'::text);

CREATE INDEX provider_events_of_charge ON checkout.provider_events USING btree (provider, charge_id) WHERE (charge_id IS NOT NULL);

CREATE INDEX refunds_of_attempt ON checkout.refunds USING btree (reservation_id, attempt);

CREATE UNIQUE INDEX refunds_one_late_per_attempt ON checkout.refunds USING btree (reservation_id, attempt) WHERE (kind = 'late_payment'::text);

CREATE INDEX reservations_created ON checkout.reservations USING brin (created_at) WITH (pages_per_range='32', autosummarize='on');

CREATE INDEX reservations_held ON checkout.reservations USING btree (drop_id, expires_at) WHERE (status = 'held'::text);

CREATE INDEX reservations_paying ON checkout.reservations USING btree (paying_since) WHERE (paying_since IS NOT NULL);

CREATE INDEX revocations_to_tell ON checkout.revocations USING btree (drop_id, told_at);

CREATE UNIQUE INDEX sessions_credential ON checkout.sessions USING btree (credential_hash);

CREATE INDEX sessions_ended_unreported ON checkout.sessions USING btree (drop_id, ended_at) WHERE ((ended_at IS NOT NULL) AND (end_reported_at IS NULL));

CREATE INDEX sessions_inside ON checkout.sessions USING btree (drop_id, reserve_until) WHERE (ended_at IS NULL);

CREATE INDEX sessions_of_customer ON checkout.sessions USING btree (customer) WHERE (customer IS NOT NULL);

CREATE INDEX stock_movements_of_sku ON checkout.stock_movements USING btree (drop_id, sku, id);

CREATE UNIQUE INDEX stock_movements_one_per_key ON checkout.stock_movements USING btree (drop_id, sku, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX charges_of_reference ON sandbox.charges USING btree (reference);

CREATE INDEX charges_settling ON sandbox.charges USING btree (settles_at) WHERE (status = ANY (ARRAY['processing'::text, 'requires_action'::text]));

CREATE INDEX events_due ON sandbox.events USING btree (due_at) WHERE (sends > 0);

CREATE INDEX events_of_charge ON sandbox.events USING btree (charge_id);

CREATE INDEX refunds_of_charge ON sandbox.refunds USING btree (charge_id);

-- Triggers

CREATE TRIGGER drops_announced AFTER INSERT OR UPDATE ON checkout.drops FOR EACH ROW EXECUTE FUNCTION checkout.announce_drop();

CREATE TRIGGER drops_version BEFORE UPDATE ON checkout.drops FOR EACH ROW EXECUTE FUNCTION checkout.raise_version();

CREATE TRIGGER orders_end_is_final BEFORE UPDATE OF status ON checkout.orders FOR EACH ROW EXECUTE FUNCTION checkout.keep_order_ended();

CREATE TRIGGER orders_receipt AFTER INSERT ON checkout.orders FOR EACH ROW EXECUTE FUNCTION checkout.order_receipt();

CREATE TRIGGER orders_told AFTER INSERT OR UPDATE OF status ON checkout.orders FOR EACH ROW EXECUTE FUNCTION checkout.emit_order_event();

CREATE TRIGGER sessions_openings_forgotten AFTER DELETE ON checkout.sessions REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION checkout.forget_openings();

CREATE TRIGGER stock_announced AFTER UPDATE ON checkout.stock REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION checkout.announce_stock();

CREATE TRIGGER stock_version BEFORE UPDATE ON checkout.stock FOR EACH ROW EXECUTE FUNCTION checkout.raise_stock_version();

CREATE TRIGGER stock_movement_applied AFTER INSERT ON checkout.stock_movements FOR EACH ROW EXECUTE FUNCTION checkout.apply_stock_movement();

CREATE TRIGGER stock_movements_append_only BEFORE DELETE ON checkout.stock_movements FOR EACH ROW WHEN (NOT checkout.is_rehearsal(old.drop_id)) EXECUTE FUNCTION checkout.refuse_change();

CREATE TRIGGER stock_movements_not_changed BEFORE UPDATE ON checkout.stock_movements FOR EACH ROW EXECUTE FUNCTION checkout.refuse_change();

CREATE TRIGGER stock_movements_not_truncated BEFORE TRUNCATE ON checkout.stock_movements FOR EACH STATEMENT EXECUTE FUNCTION checkout.refuse_change();

-- Publications

create publication checkout_stock for table checkout.drops, checkout.stock with (publish = 'insert, update');

-- Comments

comment on column checkout.event_targets.failures is 'in a row; from 5 on nothing is sent until paused_until, then one delivery at a time';

comment on column checkout.orders.refunding_minor is 'asked for and not yet confirmed by the provider; nobody can ask for it a second time';

comment on column checkout.payment_attempts.waiting_for is 'action: the shopper has to do something; provider: it is on its way; null: the provider has not answered yet';

comment on column checkout.refunds.skus is 'what is for sale again once the money is back';

comment on column checkout.reservations.paying_since is 'set while a payment is with the provider: the hold neither expires nor is released meanwhile';

comment on column checkout.reservations.promised_until is 'expires_at as the first answer said it; a repeated key gets the same bytes';

comment on column checkout.stock.returns is 'rises when something comes back to a row that had less than 10; what is sold out is remembered below that only';

comment on column checkout.stock.version is 'rises with every change of the row; their sum is the version of the public picture';

comment on column sandbox.charges.settles_at is 'when it is captured by itself, as if the bank or the shopper had done their part';
