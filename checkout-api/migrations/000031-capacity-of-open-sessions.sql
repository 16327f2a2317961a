-- A session that was taken back while its payment is under way has ended and still holds. Nobody inside holds that: the
-- room would let in one too many for it (Q30).

-- Up Migration

create or replace function checkout.take_capacity(p_drop text, p_reporter text, p_lease_seconds double precision)
returns table (seq bigint, at timestamptz, sellable bigint, held bigint, inside bigint, inside_without_hold bigint, opened text[])
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
    select v_seq, clock_timestamp(), coalesce(stock.available, 0), coalesce(stock.held, 0), i.inside, i.inside - holding.sessions,
           (select coalesce(array_agg(o.jti), '{}') from (
              select s.jti from checkout.sessions s
               where s.drop_id = p_drop and s.opened_reported_at is null order by s.opened_at limit 500) o)
      from (select sum(s.available) available, sum(s.held) held from checkout.stock s where s.drop_id = p_drop) stock,
           (select count(*) inside from checkout.sessions s where s.drop_id = p_drop and s.ended_at is null) i,
           -- Only a payment under way outlives its session, so only those are looked at twice.
           (select count(distinct r.jti) sessions from checkout.reservations r
             where r.drop_id = p_drop and r.status = 'held'
               and (r.paying_since is null or exists (
                     select from checkout.sessions s
                      where s.jti = r.jti and s.drop_id = p_drop and s.ended_at is null))) holding;
end $$;
