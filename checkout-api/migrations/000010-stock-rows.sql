-- Stock that may be split over rows, a version of everything the public sees, and a ledger of movements that says
-- who moved what under which key.

-- Up Migration

-- A SKU has `parts` rows of stock, numbered from 0. One is enough until several instances sell it so fast that they
-- wait for each other's commits; then each sells from a row of its own. Rows are added, never taken away.
alter table checkout.products add column parts smallint not null default 1;
alter table checkout.products add constraint products_parts_bounded check (parts between 1 and 64);

alter table checkout.stock_movements drop constraint stock_movements_drop_id_sku_fkey;
alter table checkout.stock drop constraint stock_pkey;
alter table checkout.stock
  add column part smallint not null default 0,
  add column version bigint not null default 1,
  add constraint stock_pkey primary key (drop_id, sku, part),
  add constraint stock_part_bounded check (part between 0 and 63),
  -- What was put in at the beginning stands in the first row; units move between rows later, that figure does not.
  add constraint stock_initial_in_first_part check (part = 0 or initial = 0);
comment on column checkout.stock.version is 'rises with every change of the row; their sum is the version of the public picture';

alter table checkout.drops add column version bigint not null default 1;

-- From which row of its SKU each line was taken; null when all came from row 0.
alter table checkout.reservations add column parts smallint[];
alter table checkout.reservations add constraint reservations_parts_whole
  check (parts is null or cardinality(parts) = cardinality(skus));

drop view checkout.reservation_lines;
create view checkout.reservation_lines as
select r.id as reservation_id, r.drop_id, line.sku, line.quantity, line.unit_price_minor, coalesce(line.part, 0::smallint) as part
  from checkout.reservations r
 cross join lateral unnest(r.skus, r.quantities, r.unit_prices_minor, r.parts) as line (sku, quantity, unit_price_minor, part);

-- The balances of a SKU over all its rows: what everyone reads who does not lock.
create view checkout.balances as
select drop_id, sku, sum(initial)::integer as initial, sum(available)::integer as available, sum(held)::integer as held,
       sum(sold)::integer as sold, sum(total)::integer as total
  from checkout.stock group by drop_id, sku;

alter table checkout.stock_movements
  add column idempotency_key text collate "C",
  add constraint stock_movements_drop_id_sku_fkey foreign key (drop_id, sku) references checkout.products;
create unique index stock_movements_one_per_key on checkout.stock_movements (drop_id, sku, idempotency_key)
  where idempotency_key is not null;
create index stock_movements_of_sku on checkout.stock_movements (drop_id, sku, id);

-- Recording a movement is the movement. What is put in goes into the first row, from where the others help themselves;
-- what is taken out comes from wherever it is. More than is available fails as stock_not_negative does.
create or replace function checkout.apply_stock_movement() returns trigger language plpgsql as $$
declare
  v_missing integer := -new.delta;
  v_row record;
begin
  if new.delta > 0 then
    update checkout.stock set available = available + new.delta, total = total + new.delta
     where drop_id = new.drop_id and sku = new.sku and part = 0;
    return new;
  end if;
  for v_row in
    select part, least(available, v_missing) as units from checkout.stock
     where drop_id = new.drop_id and sku = new.sku order by part for update
  loop
    v_row.units := least(v_row.units, v_missing);
    update checkout.stock set available = available - v_row.units, total = total - v_row.units
     where drop_id = new.drop_id and sku = new.sku and part = v_row.part and v_row.units > 0;
    v_missing := v_missing - v_row.units;
  end loop;
  if v_missing > 0 then
    raise exception 'more would be withdrawn than is available'
      using errcode = 'check_violation', constraint = 'stock_not_negative', table = 'stock', schema = 'checkout';
  end if;
  return new;
end $$;

-- Moves stock by p_delta, or to p_total in all if no movement came after the one numbered p_after (0: none at all).
-- Sales change neither, so they conflict with nothing; they wait for the row as they do for each other.
--
-- verdict: moved, replayed (p_key has its movement), unchanged (p_total is what is there), key-reused, changed,
-- no-such-sku, not-enough-stock. movement: the ledger's entry; ledger: the number of the SKU's last movement.
create function checkout.move_stock(
  p_drop text, p_sku text, p_delta integer, p_total integer, p_after bigint, p_reason text, p_actor text, p_key text,
  out verdict text, out movement checkout.stock_movements, out ledger bigint, out available integer, out total integer
) language plpgsql as $$
declare
  v_delta integer := p_delta;
begin
  perform from checkout.stock s where s.drop_id = p_drop and s.sku = p_sku order by s.part for update;
  select b.available, b.total into available, total from checkout.balances b where b.drop_id = p_drop and b.sku = p_sku;
  if total is null then
    verdict := 'no-such-sku';
    return;
  end if;
  select coalesce(max(m.id), 0) into ledger from checkout.stock_movements m where m.drop_id = p_drop and m.sku = p_sku;

  if p_key is not null then
    select m.* into movement from checkout.stock_movements m
     where m.drop_id = p_drop and m.sku = p_sku and m.idempotency_key = p_key;
    if found then
      verdict := case when movement.delta = p_delta and movement.reason = p_reason and movement.actor = p_actor
                      then 'replayed' else 'key-reused' end;
      return;
    end if;
  end if;

  if p_total is not null then
    if ledger <> p_after then
      verdict := 'changed';
      return;
    end if;
    v_delta := p_total - total;
    if v_delta = 0 then
      verdict := 'unchanged';
      return;
    end if;
  end if;
  if available + v_delta < 0 then
    verdict := 'not-enough-stock';
    return;
  end if;

  insert into checkout.stock_movements (drop_id, sku, delta, reason, actor, idempotency_key)
    values (p_drop, p_sku, v_delta, p_reason, p_actor, p_key) returning * into movement;
  verdict := 'moved';
  ledger := movement.id;
  available := available + v_delta;
  total := total + v_delta;
end $$;
