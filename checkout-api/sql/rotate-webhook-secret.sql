-- A new secret; requests are signed with the old one too for a day.
update checkout.event_targets t set previous_secret = t.secret, secret = $2, rotated_at = clock_timestamp()
 where t.id = $1 and t.kind = 'webhook' returning t.id;
