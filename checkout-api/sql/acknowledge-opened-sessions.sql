-- The room knows that these sessions are open.
update checkout.sessions set opened_reported_at = clock_timestamp()
 where drop_id = $1 and jti = any ($2::text[]) and opened_reported_at is null;
