-- An order with what its receipt says and where it goes. No row: it has been sent, or nobody asked.
select o.id, o.amount_minor::float8 as "amountMinor", o.currency, o.created_at as "createdAt", d.name as "dropName",
       w.address, w.lang, r.skus, r.quantities,
       (select json_agg(coalesce(p.name, line.sku) order by line.n)
          from unnest(r.skus) with ordinality line (sku, n)
          left join checkout.products p on p.drop_id = o.drop_id and p.sku = line.sku) as names
  from checkout.orders o
  join checkout.reservations r on r.id = o.reservation_id
  join checkout.receipt_wishes w on w.reservation_id = o.reservation_id
  join checkout.drops d on d.drop_id = o.drop_id
 where o.id = $1;
