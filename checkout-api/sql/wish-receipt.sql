-- Where the receipt of a reservation goes; the newest wish counts, while it is this session's and not yet paid.
insert into checkout.receipt_wishes (reservation_id, address, lang)
select r.id, $4, $5 from checkout.reservations r
 where r.id = $1 and r.drop_id = $2 and r.jti = $3 and r.status = 'held'
on conflict (reservation_id) do update set address = excluded.address, lang = excluded.lang;
