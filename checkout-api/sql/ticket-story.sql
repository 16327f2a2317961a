-- What the checkout knows of the ticket $2 of the drop $1, in one snapshot: its session, whether it was taken back, every hold
-- with its payments and the money that went back.
select (select json_build_object('customer', s.customer, 'openedAt', checkout.utc_text(s.opened_at),
                 'reserveUntil', checkout.utc_text(s.reserve_until), 'endedAt', checkout.utc_text(s.ended_at), 'endReason', s.end_reason)
          from checkout.sessions s where s.jti = $2 and s.drop_id = $1) as session,
       (select json_build_object('at', checkout.utc_text(v.at), 'reason', v.reason, 'actor', v.actor)
          from checkout.revocations v where v.jti = $2 and v.drop_id = $1) as revocation,
       coalesce((select json_agg(json_build_object(
           'id', r.id, 'status', r.status, 'amountMinor', r.amount_minor, 'currency', r.currency,
           'createdAt', checkout.utc_text(r.created_at), 'expiresAt', checkout.utc_text(r.expires_at), 'extensions', r.extensions,
           'payingSince', checkout.utc_text(r.paying_since), 'finishedAt', checkout.utc_text(r.finished_at),
           'orderId', (select o.id from checkout.orders o where o.reservation_id = r.id),
           'lines', (select json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity, 'unitPriceMinor', l.unit_price_minor)
                              order by l.sku) from checkout.reservation_lines l where l.reservation_id = r.id),
           'payments', coalesce((select json_agg(json_build_object(
               'attempt', a.attempt, 'provider', a.provider, 'method', a.method, 'status', a.status, 'chargeId', a.charge_id,
               'reason', a.reason, 'waitingFor', a.waiting_for, 'startedAt', checkout.utc_text(a.started_at),
               'settledAt', checkout.utc_text(a.settled_at),
               'messages', coalesce((select json_agg(json_build_object('type', p.type, 'receivedAt', checkout.utc_text(p.received_at),
                                 'appliedAt', checkout.utc_text(p.applied_at)) order by p.received_at)
                             from checkout.provider_events p where p.provider = a.provider and p.charge_id = a.charge_id), '[]'))
               order by a.attempt) from checkout.payment_attempts a where a.reservation_id = r.id), '[]'),
           'refunds', coalesce((select json_agg(json_build_object(
               'id', f.id, 'kind', f.kind, 'status', f.status, 'amountMinor', f.amount_minor, 'reason', f.reason, 'actor', f.actor,
               'refusal', f.refusal, 'requestedAt', checkout.utc_text(f.requested_at), 'settledAt', checkout.utc_text(f.settled_at),
               'returnToSale', coalesce((select json_agg(json_build_object('sku', x.sku, 'quantity', x.quantity))
                                 from unnest(f.skus, f.quantities) x (sku, quantity)), '[]'))
               order by f.requested_at, f.id) from checkout.refunds f where f.reservation_id = r.id), '[]'))
         order by r.created_at, r.id) from checkout.reservations r where r.jti = $2 and r.drop_id = $1), '[]') as holds;
