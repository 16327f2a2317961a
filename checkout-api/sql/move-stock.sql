-- Moves stock by $3, or to $4 in all if movement $5 is still the SKU's last; the contract stands with the function
-- (migration 000010).
select m.verdict, m.ledger::float8, m.available, m.total,
       case when (m.movement).id is not null then json_build_object(
         'id', (m.movement).id, 'delta', (m.movement).delta, 'reason', (m.movement).reason,
         'actor', (m.movement).actor, 'at', (extract(epoch from (m.movement).at) * 1000)::float8) end as movement
  from checkout.move_stock($1, $2, $3, $4, $5, $6, $7, $8) m;
