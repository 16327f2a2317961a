-- The room knows that these sessions have ended.
update checkout.sessions set end_reported_at = clock_timestamp()
 where drop_id = $1 and jti = any ($2::text[]) and ended_at is not null and end_reported_at is null;
