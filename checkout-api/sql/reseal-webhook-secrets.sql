-- The same secrets sealed under another key, unless somebody has changed them since they were read.
update checkout.event_targets set secret = $4, previous_secret = $5
 where id = $1 and secret = $2 and previous_secret is not distinct from $3 returning id;
