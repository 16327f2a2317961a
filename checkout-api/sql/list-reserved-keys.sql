-- The keys of a drop that have a reservation made after $2 (null: ever), and Postgres's time before it looked.
with clock as materialized (select clock_timestamp() as at)
select clock.at, r.jtis, r.keys
  from clock cross join lateral (
    select coalesce(array_agg(jti), '{}') as jtis, coalesce(array_agg(idempotency_key), '{}') as keys
      from checkout.reservations
     where drop_id = $1 and ($2::timestamptz is null or created_at > $2)) r;
