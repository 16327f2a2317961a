-- What a drop has sold, by its orders. No row: there is no such drop.
select d.currency, count(o.id)::integer as orders, count(distinct o.jti)::integer as buyers,
       coalesce(sum(o.amount_minor), 0)::float8 as "amountMinor", coalesce(sum(o.refunded_minor), 0)::float8 as "refundedMinor",
       (count(o.id) filter (where o.status = 'cancelled'))::integer as cancelled
  from checkout.drops d left join checkout.orders o on o.drop_id = d.drop_id where d.drop_id = $1 group by d.drop_id;
