-- One more hold lifetime from now, while the hold lives and at most $4 times.
update checkout.reservations r
   set expires_at = greatest(r.expires_at, date_trunc('milliseconds', clock_timestamp()) + make_interval(secs => d.hold_seconds)),
       extensions = r.extensions + 1
  from checkout.drops d
 where r.id = $1 and r.drop_id = $2 and r.jti = $3 and d.drop_id = r.drop_id
   and r.status = 'held' and r.paying_since is null and r.expires_at > clock_timestamp() and r.extensions < $4
returning r.expires_at as "expiresAt";
