-- Gives back up to $1 holds whose time has run out.
select expired, drops, lags from checkout.expire_reservations($1);
