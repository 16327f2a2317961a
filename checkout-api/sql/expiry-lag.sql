-- How late holds were given back, by Postgres's own clock: of one drop, or ($1 null) of all. A payment under way stops a
-- hold, so those that saw one are left out.
select count(*)::float8 as holds,
       percentile_disc(0.5) within group (order by seconds) as "p50Seconds",
       percentile_disc(0.99) within group (order by seconds) as "p99Seconds",
       max(seconds) as "maxSeconds"
  from (select extract(epoch from r.finished_at - r.expires_at)::float8 as seconds
          from checkout.reservations r
         where r.status = 'expired' and ($1::text is null or r.drop_id = $1)
           and not exists (select from checkout.payment_attempts a where a.reservation_id = r.id)) expired;
