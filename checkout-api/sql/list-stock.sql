-- The balances of a drop; no row when there is no such drop. `ledger` is the number of a SKU's last movement, 0 for none.
select d.drop_id as drop, coalesce(json_agg(json_build_object('sku', b.sku, 'initial', b.initial, 'available', b.available,
         'held', b.held, 'sold', b.sold, 'total', b.total, 'parts', p.parts, 'ledger', coalesce(m.ledger, 0))
         order by p.position, b.sku) filter (where b.sku is not null), '[]') as products
  from checkout.drops d
  left join checkout.products p using (drop_id)
  left join checkout.balances b using (drop_id, sku)
  left join lateral (
    select max(id) as ledger from checkout.stock_movements m where m.drop_id = b.drop_id and m.sku = b.sku) m on true
 where d.drop_id = $1 group by d.drop_id;
