-- What others were told of the order $1, oldest first, with how far each of them has it.
select e.id, e.type, e.at,
       (select json_agg(json_build_object('webhookId', t.id, 'kind', t.kind, 'url', t.url, 'status', d.status, 'tries', d.tries,
                 'lastError', d.last_error, 'lastTriedAt', checkout.utc_text(d.last_tried_at)) order by t.created_at)
          from checkout.event_deliveries d join checkout.event_targets t on t.id = d.target_id where d.event_id = e.id) as deliveries
  from checkout.events e where e.subject = $1::text and e.type like 'order.%' order by e.at, e.id limit 200;
