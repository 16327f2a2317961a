-- Puts stock in (+) or takes it out (-); the balance follows by trigger. No row: no such SKU in this drop.
insert into checkout.stock_movements (drop_id, sku, delta, reason, actor)
select s.drop_id, s.sku, $3, $4, $5 from checkout.stock s where s.drop_id = $1 and s.sku = $2
returning id::float8, drop_id as drop, sku, delta, reason, actor, at;
