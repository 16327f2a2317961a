-- Admissions that were taken back. A token says by itself until when it is valid; that it was revoked stands here.

-- Up Migration

create table checkout.revocations (
  jti text collate "C" not null,
  drop_id text collate "C" not null references checkout.drops,
  reason text not null,
  actor text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (jti, drop_id)
);

-- Opening and revoking of a drop's sessions exclude each other: nobody opens one between the looking and the revoking.
create function checkout.session_gate(p_drop text) returns bigint language sql immutable as $$
  select hashtextextended('checkout sessions ' || p_drop, 0)
$$;

-- Takes admissions back: they open no session any more, and those that are open end and give back what they hold. A
-- payment under way is finished as it will: money that was taken has its order. Answers the sessions ended now; null:
-- there is no such drop.
create function checkout.revoke_admissions(p_drop text, p_jtis text[], p_reason text, p_actor text) returns text[]
language plpgsql as $$
declare
  v_held uuid[];
  v_ended text[];
begin
  if not exists (select from checkout.drops where drop_id = p_drop) then
    return null;
  end if;
  perform pg_advisory_xact_lock(checkout.session_gate(p_drop));
  insert into checkout.revocations (jti, drop_id, reason, actor)
    select distinct jti, p_drop, p_reason, p_actor from unnest(p_jtis) jti on conflict do nothing;

  perform from checkout.shoppers h
    where (h.drop_id, h.shopper) in
          (select s.drop_id, s.shopper from checkout.sessions s where s.jti = any (p_jtis) and s.drop_id = p_drop)
    order by h.drop_id, h.shopper for update;
  select coalesce(array_agg(id), '{}') into v_held from checkout.reservations
    where drop_id = p_drop and jti = any (p_jtis) and status = 'held';
  with ended as (
    update checkout.sessions set ended_at = clock_timestamp(), end_reason = 'revoked'
     where jti = any (p_jtis) and drop_id = p_drop and ended_at is null returning jti)
  select coalesce(array_agg(jti), '{}') into v_ended from ended;
  perform checkout.release_reservations(v_held);
  return v_ended;
end $$;

drop function checkout.open_sessions(text[], text[], uuid[], text[], text[], bytea[], bytea[], bytea[], timestamptz[]);

-- Opens up to a batch of sessions: one row per ticket and drop. Who is second, with the same ticket, gets the row that
-- is there; the caller compares the secrets. One element a session in each array. A revoked admission gets no session:
-- its row says so and nothing else.
create function checkout.open_sessions(
  p_jtis text[], p_drops text[], p_ids uuid[], p_shoppers text[], p_customers text[], p_secret_hashes bytea[],
  p_salts bytea[], p_credential_hashes bytea[], p_reserve_until timestamptz[]
) returns table (at bigint, created boolean, session_id uuid, secret_hash bytea, salt bytea, shopper text,
                 opened_at timestamptz, reserve_until timestamptz, ended boolean, revoked boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock_shared(checkout.session_gate(d.drop_id))
    from (select distinct drop_id from unnest(p_drops) drop_id order by 1) d;

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
     where not exists (select from checkout.revocations v where v.jti = p.jti and v.drop_id = p.drop_id)
     order by p.drop_id, p.jti, p.at
    on conflict do nothing;

  return query
    select p.at, s.session_id = p.id, s.session_id, s.secret_hash, s.salt, s.shopper, s.opened_at, s.reserve_until,
           s.ended_at is not null, v.jti is not null
      from unnest(p_jtis, p_drops, p_ids) with ordinality p (jti, drop_id, id, at)
      left join checkout.sessions s on s.jti = p.jti and s.drop_id = p.drop_id
      left join checkout.revocations v on v.jti = p.jti and v.drop_id = p.drop_id
     where s.jti is not null or v.jti is not null;
end $$;
