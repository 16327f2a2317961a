-- Deliveries to a target in the state $2, the latest first.
select e.id as "eventId", e.type, e.drop_id as drop, e.at, d.status, d.tries, d.last_error as "lastError", d.last_tried_at as "lastTriedAt"
  from checkout.event_deliveries d join checkout.events e on e.id = d.event_id
 where d.target_id = $1 and d.status = $2 order by d.last_tried_at desc nulls last, e.at desc limit $3;
