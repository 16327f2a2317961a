-- The ledger of a SKU, newest first: up to $4 entries before the one numbered $3 (null: from the newest on).
select id::float8, delta, reason, actor, at from checkout.stock_movements
 where drop_id = $1 and sku = $2 and ($3::bigint is null or id < $3) order by id desc limit $4;
