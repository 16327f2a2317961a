-- One more address that is told of events.
insert into checkout.event_targets (kind, url, types, drops, secret) values ('webhook', $1, $2, $3, $4) returning id;
