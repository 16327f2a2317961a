-- What the waiting room is told each second no longer costs more with every hold, and to open a session and tell of it costs half.
-- See ADR 0071 for what was measured:
--
-- * Each report counted who of those inside holds something, by sorting all holds of the drop; and with more than 500 sessions
--   opened a second, that again for each 500.
-- * Who is yet to be told was a column of the session, in an index of its own: telling wrote the whole row anew, into all five
--   indexes. It is a row of its own now, in the order of opening, and gone when told.
-- * A foreign key looked the drop up for each session. The function locks it once for all, as the foreign key did.

-- Up Migration

create table checkout.openings_untold (
  drop_id text collate "C" not null,
  id bigint generated always as identity,
  jti text collate "C" not null,
  primary key (drop_id, id)
);
comment on table checkout.openings_untold is 'sessions of whose opening the waiting room has not acknowledged a report';
insert into checkout.openings_untold (drop_id, jti)
  select drop_id, jti from checkout.sessions where opened_reported_at is null order by opened_at;
drop index checkout.sessions_opened_unreported;
alter table checkout.sessions drop column opened_reported_at, drop constraint sessions_drop_id_fkey;

-- Sessions are deleted with their whole drop only.
create function checkout.forget_openings() returns trigger language plpgsql as $$
begin
  delete from checkout.openings_untold where drop_id in (select drop_id from deleted);
  return null;
end $$;
create trigger sessions_openings_forgotten after delete on checkout.sessions
  referencing old table as deleted for each statement execute function checkout.forget_openings();

drop function checkout.open_sessions(text[], text[], uuid[], text[], text[], bytea[], bytea[], bytea[], timestamptz[]);

-- Opens up to a batch of sessions: one row per ticket and drop. One element a session in each array.
--
-- created: the ids of those that were opened as they were asked for, which is nearly always all. known: of the others, if there are
-- any, what is there: `at` counts from 0; a revoked admission gets no session, and its row says so and nothing else; of an unknown
-- drop there is no row. Who is second, with the same ticket, finds the row of the first; the caller compares the secrets.
create function checkout.open_sessions(
  p_jtis text[], p_drops text[], p_ids uuid[], p_shoppers text[], p_customers text[], p_secret_hashes bytea[],
  p_salts bytea[], p_credential_hashes bytea[], p_reserve_until timestamptz[],
  out created uuid[], out known json
) language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set plan_cache_mode = force_generic_plan as $$
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
end $$;

-- Takes the next report of a drop, if p_reporter is the one who reports it or the last one has been silent for
-- p_lease_seconds: the number first, then all figures from one snapshot. No row: somebody else reports. opened: of whose opening the
-- room has not acknowledged a report, the first 500; opened_ids: what to acknowledge them by.
--
-- inside_without_hold is exact while little is held or little left. With more than 20,000 units held, and so much left that all who
-- are inside could take four, it is `inside`: the most it can be, which lets in nobody too many (Q30), and no hold is counted.
drop function checkout.take_capacity(text, text, double precision);
create function checkout.take_capacity(p_drop text, p_reporter text, p_lease_seconds double precision)
returns table (seq bigint, at timestamptz, sellable bigint, held bigint, inside bigint, inside_without_hold bigint,
               opened text[], opened_ids bigint[])
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
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
end $$;

create function checkout.next_openings(p_drop text, out jtis text[], out ids bigint[]) language plpgsql stable
set enable_seqscan = off as $$
begin
  select coalesce(array_agg(o.jti), '{}'), coalesce(array_agg(o.id), '{}') into jtis, ids
    from (select u.jti, u.id from checkout.openings_untold u where u.drop_id = p_drop order by u.id limit 500) o;
end $$;

-- Takes the number of one more report with the figures of the one before, and of whose opening the room is to be told next. No row:
-- somebody else reports by now.
create function checkout.take_more_opened(p_drop text, p_reporter text)
returns table (seq bigint, opened text[], opened_ids bigint[]) language plpgsql as $$
#variable_conflict use_column
declare
  v_seq bigint;
begin
  update checkout.capacity_reports c set seq = c.seq + 1 where c.drop_id = p_drop and c.reporter = p_reporter returning c.seq into v_seq;
  if v_seq is not null then
    return query select v_seq, o.jtis, o.ids from checkout.next_openings(p_drop) o;
  end if;
end $$;

-- The room knows of these openings.
create function checkout.acknowledge_opened(p_drop text, p_ids bigint[]) returns void language plpgsql
set enable_seqscan = off as $$
begin
  delete from checkout.openings_untold u where u.drop_id = p_drop and u.id = any (p_ids);
end $$;
