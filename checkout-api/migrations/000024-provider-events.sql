-- What payment providers have told us: written down before it is acknowledged, worked off by a job, each message once.

-- Up Migration

create table checkout.provider_events (
  provider text not null,
  event_id text collate "C" not null,
  type text not null,
  -- Which charge it is about, as the provider names it; null when it is about none.
  charge_key text,
  charge_id text,
  body bytea not null,
  received_at timestamptz not null default clock_timestamp(),
  applied_at timestamptz,
  primary key (provider, event_id)
);

-- A refund that somebody made at the provider itself: the order follows. False: known. Fails while more is on its way back
-- than would leave room for it; the provider will refuse one of them, and then there is room.
create function checkout.record_provider_refund(
  p_reservation uuid, p_attempt smallint, p_provider_refund text, p_amount bigint, p_transitions jsonb
) returns boolean language plpgsql as $$
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
end $$;
