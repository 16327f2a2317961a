-- The balances of a drop; no row when there is no such drop.
select d.drop_id as drop, coalesce(json_agg(json_build_object('sku', s.sku, 'initial', s.initial, 'available', s.available,
         'held', s.held, 'sold', s.sold, 'total', s.total) order by p.position, s.sku) filter (where s.sku is not null), '[]') as products
  from checkout.drops d
  left join checkout.products p using (drop_id)
  left join checkout.stock s using (drop_id, sku)
 where d.drop_id = $1 group by d.drop_id;
