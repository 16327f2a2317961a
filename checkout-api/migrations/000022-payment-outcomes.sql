-- Every way a payment can end, late ones included: one captured payment and its order, or none and the stock is back.
-- Locks as everywhere: shoppers, reservations, payment attempts, orders, stock.

-- Up Migration

alter table checkout.payment_attempts
  add column waiting_for text,
  add column checked_at timestamptz,
  drop constraint payment_attempts_status_known,
  -- reversed: captured, but for a hold that could not be kept or that was paid already; the money goes back (refunds).
  add constraint payment_attempts_status_known check (status in ('pending', 'captured', 'declined', 'voided', 'reversed')),
  add constraint payment_attempts_waiting_known check (waiting_for in ('action', 'provider'));
comment on column checkout.payment_attempts.waiting_for is
  'action: the shopper has to do something; provider: it is on its way; null: the provider has not answered yet';
create index payment_attempts_pending on checkout.payment_attempts (started_at) where status = 'pending';
create unique index payment_attempts_one_charge on checkout.payment_attempts (provider, charge_id);

-- As in migration 000002, and by attempt: a capture of an earlier attempt must not pass for one that is under way.
drop function checkout.settle_payments(uuid[], text[]);
create function checkout.settle_payments(p_ids uuid[], p_attempts smallint[], p_charges text[]) returns uuid[]
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
end $$;

-- An attempt is known to have taken no money: the hold is an ordinary hold again. p_grace_seconds: it lives at least so
-- much longer, because the fault was not the shopper's; all grace together at most 15 minutes beyond the first promise.
create function checkout.fail_payment(p_id uuid, p_attempt smallint, p_status text, p_reason text, p_grace_seconds double precision)
returns void language plpgsql as $$
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
end $$;

-- Holds these units if all of them are available, wherever they are: false, and nothing changed, if not. They are held in
-- the first row of each SKU, to which the others give what it lacks.
create function checkout.take_available(p_drop text, p_skus text[], p_quantities integer[]) returns boolean
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
end $$;

-- A capture that settle_payments had no use for. Answers what became of it:
-- paid      the hold was still there (its attempt had been taken for failed), or had run out and all of it was still
--           available within the shopper's limit: re-taken
-- reversed  it could not be kept, or it is paid already by another attempt: a refund and its job stand in the books
-- known     nothing to do
create function checkout.settle_late_payment(p_id uuid, p_attempt smallint, p_charge text) returns text
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
end $$;

-- Holds whose payment nobody has settled for p_seconds, the provider being silent or waiting: their stock goes back for
-- sale. The attempts stay open; money that comes after all is settled as late. Answers the drops it touched.
create function checkout.give_up_payments(p_seconds double precision, p_limit integer) returns text[]
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
end $$;
