-- The address is told nothing any more; what was not delivered is forgotten.
delete from checkout.event_targets where id = $1 and kind = 'webhook' returning id;
