-- What becomes of an order after it was paid, and money on its way back. The states and what may happen in each stand in
-- src/domain/order-states.ts and come in as p_transitions (event → state before → state after).
-- Locks as everywhere: shoppers, reservations, then orders, then stock.

-- Up Migration

alter table checkout.orders
  add column refunded_minor bigint not null default 0,
  add column refunding_minor bigint not null default 0,
  add column fulfilled_at timestamptz,
  drop constraint orders_status_known,
  add constraint orders_status_known check (status in ('paid', 'fulfilled', 'partially_refunded', 'refunded', 'cancelled')),
  -- Never more back than was taken, whatever is on its way at the same time.
  add constraint orders_refund_within_amount check (
    refunded_minor >= 0 and refunding_minor >= 0 and refunded_minor + refunding_minor <= amount_minor),
  add constraint orders_state_fits_money check (case status
    when 'paid' then refunded_minor = 0
    when 'fulfilled' then refunded_minor < amount_minor or amount_minor = 0
    when 'partially_refunded' then refunded_minor > 0 and refunded_minor < amount_minor
    when 'refunded' then refunded_minor = amount_minor
    when 'cancelled' then refunded_minor = amount_minor
    else true end),
  add constraint orders_fulfilment_dated check (
    case status when 'fulfilled' then fulfilled_at is not null when 'paid' then fulfilled_at is null
                when 'cancelled' then fulfilled_at is null else true end);
comment on column checkout.orders.refunding_minor is 'asked for and not yet confirmed by the provider; nobody can ask for it a second time';

create function checkout.keep_order_ended() returns trigger language plpgsql as $$
begin
  if old.status in ('refunded', 'cancelled') and new.status <> old.status then
    raise exception 'order % has ended as %', old.id, old.status using errcode = 'restrict_violation', constraint = 'orders_end_is_final';
  end if;
  return new;
end $$;
create trigger orders_end_is_final before update of status on checkout.orders
  for each row execute function checkout.keep_order_ended();

-- Money going back, one row for each time it was decided. The id is the provider's idempotency key, so that a job that
-- runs twice gives it back once. Without an order: money that came for a hold that could not be kept.
create table checkout.refunds (
  id uuid primary key default gen_random_uuid(),
  order_id uuid references checkout.orders,
  reservation_id uuid not null,
  attempt smallint not null,
  kind text not null,
  idempotency_key text collate "C",
  amount_minor bigint not null,
  skus text[] not null default '{}',
  quantities integer[] not null default '{}',
  reason text not null,
  actor text not null,
  status text not null default 'pending',
  provider_refund_id text,
  refusal text,
  requested_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  foreign key (reservation_id, attempt) references checkout.payment_attempts,
  constraint refunds_one_per_key unique (order_id, idempotency_key),
  constraint refunds_one_per_provider_refund unique (provider_refund_id),
  constraint refunds_kind_known check (kind in ('refund', 'cancellation', 'late_payment', 'provider')),
  constraint refunds_of_order check ((order_id is null) = (kind = 'late_payment')),
  constraint refunds_status_known check (status in ('pending', 'succeeded', 'refused')),
  constraint refunds_settlement_dated check ((status = 'pending') = (settled_at is null)),
  constraint refunds_not_negative check (amount_minor >= 0),
  constraint refunds_lines_whole check (cardinality(skus) = cardinality(quantities))
);
comment on column checkout.refunds.skus is 'what is for sale again once the money is back';
create unique index refunds_one_late_per_attempt on checkout.refunds (reservation_id, attempt) where kind = 'late_payment';
create index refunds_of_attempt on checkout.refunds (reservation_id, attempt);

-- The order before the charge in these columns' reading: which attempt paid it.
create function checkout.capturing_attempt(p_reservation uuid) returns smallint language sql stable as $$
  select attempt from checkout.payment_attempts where reservation_id = p_reservation and status = 'captured';
$$;

-- Decides that money goes back and leaves a job that sees to it, in one transaction. p_amount null: all that is left.
-- A cancellation is of everything: all that is left, every unit for sale again.
-- verdict: requested, replayed, key-reused, no-such-order, state (the order does not allow it now), amount (more than is
-- left), lines (more than was bought and not yet returned). left_minor goes with `amount`.
create function checkout.request_refund(
  p_order uuid, p_kind text, p_key text, p_amount bigint, p_skus text[], p_quantities integer[],
  p_reason text, p_actor text, p_transitions jsonb,
  out verdict text, out refund_id uuid, out state text, out left_minor bigint
) language plpgsql as $$
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
end $$;

-- What the provider has said about a refund. Succeeded: the order follows, units are for sale again. Again: nothing.
create function checkout.settle_refund(
  p_refund uuid, p_status text, p_provider_refund text, p_refusal text, p_transitions jsonb
) returns boolean language plpgsql as $$
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
end $$;

-- The sandbox's books of what it gave back.
create table sandbox.refunds (
  id uuid primary key default gen_random_uuid(),
  idempotency_key text not null,
  charge_id uuid not null references sandbox.charges,
  amount_minor bigint not null,
  at timestamptz not null default clock_timestamp(),
  constraint refunds_one_per_key unique (idempotency_key)
);
create index refunds_of_charge on sandbox.refunds (charge_id);

-- Gives back part of a charge, once a key. Null: the charge has not that much left.
create function sandbox.refund(p_key text, p_charge uuid, p_amount bigint) returns uuid language plpgsql as $$
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
end $$;
