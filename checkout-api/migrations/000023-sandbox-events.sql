-- The sandbox's charges that take their time, and the messages it sends about them: late, several times, or never.

-- Up Migration

alter table sandbox.charges
  add column settles_at timestamptz,
  drop constraint charges_status_known,
  add constraint charges_status_known check (
    status in ('captured', 'declined', 'refunded', 'voided', 'processing', 'requires_action'));
comment on column sandbox.charges.settles_at is 'when it is captured by itself, as if the bank or the shopper had done their part';
create index charges_settling on sandbox.charges (settles_at) where status in ('processing', 'requires_action');

create table sandbox.events (
  id uuid primary key default gen_random_uuid(),
  type text not null,
  charge_id uuid not null references sandbox.charges,
  created_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null,
  -- How often it is still to be sent: more than once is a duplicate, none means that it has arrived.
  sends integer not null,
  tries integer not null default 0
);
create index events_due on sandbox.events (due_at) where sends > 0;

-- Writes a charge once a key. p_settles_after: it stands as p_status so long, then it is captured; null: for ever.
-- p_sends, p_sent_after: how often and how late its message is sent; 0: never.
create function sandbox.charge(
  p_key text, p_reference text, p_amount bigint, p_currency text, p_status text, p_reason text,
  p_settles_after double precision, p_sends integer, p_sent_after double precision
) returns void language plpgsql as $$
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
end $$;

-- Captures what has had its time, with a message each.
create function sandbox.settle_due() returns void language sql as $$
  with settled as (
    update sandbox.charges c set status = 'captured', settles_at = null
     where c.status in ('processing', 'requires_action') and c.settles_at <= clock_timestamp() returning c.id)
  insert into sandbox.events (type, charge_id, due_at, sends) select 'charge.captured', id, clock_timestamp(), 1 from settled;
$$;

-- Takes up to p_limit messages that are due; each is due again after p_again seconds unless it arrives.
create function sandbox.take_events(p_limit integer, p_again double precision)
returns table (id uuid, type text, key text, charge_id uuid, created_at timestamptz) language plpgsql as $$
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
end $$;
