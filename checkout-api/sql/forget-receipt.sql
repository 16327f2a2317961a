-- The receipt of an order has been sent: its address goes.
delete from checkout.receipt_wishes w using checkout.orders o where o.id = $1 and w.reservation_id = o.reservation_id;
