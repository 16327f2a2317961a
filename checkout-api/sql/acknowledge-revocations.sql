-- The room has been told that these admissions were taken back.
update checkout.revocations set told_at = clock_timestamp() where drop_id = $1 and jti = any ($2::text[]);
