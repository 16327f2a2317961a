-- The signing secrets as they are kept.
select id, secret, previous_secret as "previousSecret" from checkout.event_targets where kind = 'webhook' order by id;
