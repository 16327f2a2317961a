-- What the public may know of a drop: products, prices, what is available. The version is of the same snapshot as the
-- figures: it rises with every change of them, so a picture with a lower one is an older picture.
select d.currency, clock_timestamp() as at, (d.version + coalesce(sum(b.version), 0))::float8 as version,
       coalesce(json_agg(json_build_object('sku', b.sku, 'name', p.name, 'priceMinor', p.price_minor,
         'available', b.available) order by p.position, b.sku) filter (where b.sku is not null), '[]') as products
  from checkout.drops d
  left join checkout.products p using (drop_id)
  left join (
    select drop_id, sku, sum(available)::integer as available, sum(version) as version
      from checkout.stock where drop_id = $1 group by drop_id, sku) b using (drop_id, sku)
 where d.drop_id = $1 group by d.drop_id;
