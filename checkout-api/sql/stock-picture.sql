-- What the public may know of a drop: products, prices, what is available.
select d.currency, coalesce(json_agg(json_build_object('sku', s.sku, 'name', p.name, 'priceMinor', p.price_minor,
         'available', s.available) order by p.position, s.sku) filter (where s.sku is not null), '[]') as products
  from checkout.drops d
  left join checkout.products p using (drop_id)
  left join checkout.stock s using (drop_id, sku)
 where d.drop_id = $1 group by d.drop_id;
