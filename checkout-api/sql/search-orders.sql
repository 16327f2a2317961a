-- Orders that fit all of what is given, the latest first: up to $10 after the order $9. What a rehearsal bought is none. Its plan depends on
-- which are given.
select o.id, o.drop_id as drop, o.reservation_id as "reservationId", o.status, o.amount_minor::float8 as "amountMinor",
       o.refunded_minor::float8 as "refundedMinor", o.refunding_minor::float8 as "refundingMinor",
       o.currency, o.created_at as "createdAt", o.fulfilled_at as "fulfilledAt", r.skus, r.quantities,
       o.jti as number, checkout.place_reference(o.jti) as reference, s.customer
  from checkout.orders o
  join checkout.reservations r on r.id = o.reservation_id
  left join checkout.sessions s on s.jti = o.jti and s.drop_id = o.drop_id
 where not checkout.is_rehearsal(o.drop_id)
   and ($1::uuid is null or o.id = $1)
   and ($2::text is null or o.jti = $2)
   and ($3::text is null or checkout.place_reference(o.jti) = $3)
   and ($4::text is null or s.customer = $4)
   and ($5::text[] is null or o.drop_id = any ($5))
   and ($6::text[] is null or o.status = any ($6))
   and ($7::timestamptz is null or o.created_at >= $7)
   and ($8::timestamptz is null or o.created_at < $8)
   and ($9::uuid is null or (o.created_at, o.id) < ((select c.created_at from checkout.orders c where c.id = $9), $9))
 order by o.created_at desc, o.id desc limit $10;
