-- The goods have left; not while money is on its way back. $2 is the table of domain/order-states.ts. Answers the state after it, no row
-- when there is no such order, and whether it changed now.
with moved as (
  update checkout.orders o set status = $2::jsonb -> 'fulfil' ->> o.status, fulfilled_at = clock_timestamp()
   where o.id = $1 and $2::jsonb -> 'fulfil' ? o.status
     and not exists (select from checkout.refunds r where r.order_id = o.id and r.status = 'pending')
  returning o.status
)
select coalesce((select status from moved), o.status) as state, exists (select from moved) as fulfilled,
       exists (select from checkout.refunds r where r.order_id = o.id and r.status = 'pending') as refunding
  from checkout.orders o where o.id = $1;
