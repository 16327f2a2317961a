-- An attempt waits, for the shopper or for the provider.
update checkout.payment_attempts set waiting_for = $3
 where reservation_id = $1 and attempt = $2 and status = 'pending';
