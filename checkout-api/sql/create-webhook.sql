-- One more address that is told of events.
insert into checkout.event_targets (id, kind, url, types, drops, secret) values ($1, 'webhook', $2, $3, $4, $5) returning id;
