-- Addresses for receipts that will never be: the hold has ended without an order, or the mail could not be sent for $1 days.
delete from checkout.receipt_wishes w using checkout.reservations r
 where r.id = w.reservation_id
   and (r.status in ('released', 'expired') or w.asked_at < clock_timestamp() - make_interval(days => $1));
