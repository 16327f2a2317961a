-- Recomputes every balance from what it is made of (initial stock, the ledger of movements, the lines of reservations)
-- and lists each that differs, in one snapshot. $1: one drop, null for all. `checked` is how many balances that were.
with moved as (
  select drop_id, sku, sum(delta) as units from checkout.stock_movements group by drop_id, sku
), lines as (
  select l.drop_id, l.sku, l.part, coalesce(sum(l.quantity) filter (where r.status = 'held'), 0) as held,
         coalesce(sum(l.quantity) filter (where r.status = 'paid'), 0) as sold
    from checkout.reservations r join checkout.reservation_lines l on l.reservation_id = r.id
   where r.status in ('held', 'paid') and ($1::text is null or r.drop_id = $1)
   group by l.drop_id, l.sku, l.part
), rows_of_stock as (
  select s.*, coalesce(l.held, 0) as held_by_lines, coalesce(l.sold, 0) as sold_by_lines
    from checkout.stock s left join lines l using (drop_id, sku, part) where $1::text is null or s.drop_id = $1
), skus as (
  select s.drop_id, s.sku, sum(s.available) as available, sum(s.total) as total, sum(s.held_by_lines) as held_by_lines,
         sum(s.sold_by_lines) as sold_by_lines, sum(s.initial) + coalesce(min(m.units), 0) as put_in
    from rows_of_stock s left join moved m using (drop_id, sku) group by s.drop_id, s.sku
), wanted as (
  select drop_id, shopper, sum(units) as units from checkout.reservations
   where status in ('held', 'paid') and ($1::text is null or drop_id = $1) group by drop_id, shopper
), balances as (
  select drop_id, sku as subject, 'total' as balance, total as stored, put_in as recomputed from skus
  union all
  select drop_id, sku, 'available', available, put_in - held_by_lines - sold_by_lines from skus
  union all
  select drop_id, sku || ' row ' || part, 'held', held, held_by_lines from rows_of_stock
  union all
  select drop_id, sku || ' row ' || part, 'sold', sold, sold_by_lines from rows_of_stock
  union all
  -- Lines that no row of stock accounts for.
  select l.drop_id, l.sku || ' row ' || l.part, 'lines', 0, l.held + l.sold from lines l
   where not exists (select from checkout.stock s where (s.drop_id, s.sku, s.part) = (l.drop_id, l.sku, l.part))
  union all
  select h.drop_id, 'a shopper', 'units', h.units, coalesce(w.units, 0)
    from checkout.shoppers h left join wanted w using (drop_id, shopper) where $1::text is null or h.drop_id = $1
  union all
  select r.drop_id, 'reservation ' || r.id, 'orders', count(o.id), case when r.status = 'paid' then 1 else 0 end
    from checkout.reservations r left join checkout.orders o on o.reservation_id = r.id
   where $1::text is null or r.drop_id = $1 group by r.id
)
select count(*)::float8 as checked,
       coalesce(json_agg(json_build_object('drop', drop_id, 'subject', subject, 'balance', balance, 'stored', stored,
         'recomputed', recomputed) order by drop_id, subject, balance)
         filter (where stored is distinct from recomputed), '[]') as differences
  from balances;
