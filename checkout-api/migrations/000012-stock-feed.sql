-- Every change of what the public sees gets a version and is announced. An announcement says which drop, nothing more:
-- who hears it reads the balances; who misses it finds out by the version a moment later.

-- Up Migration

create function checkout.raise_version() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;

create trigger stock_version before update on checkout.stock
  for each row execute function checkout.raise_version();
create trigger drops_version before update on checkout.drops
  for each row execute function checkout.raise_version();

-- Payload: `<drop>`, or `<drop> +` when something came back for sale. Postgres folds equal payloads of a transaction
-- into one and delivers in the order of commits.
create function checkout.announce_stock() returns trigger language plpgsql as $$
begin
  perform pg_notify('checkout_stock', changed.drop_id || case when changed.came_back then ' +' else '' end)
    from (select n.drop_id, bool_or(n.available > o.available) as came_back
            from new_rows n join old_rows o using (drop_id, sku, part) group by n.drop_id) changed;
  return null;
end $$;

create trigger stock_announced after update on checkout.stock
  referencing old table as old_rows new table as new_rows
  for each statement execute function checkout.announce_stock();

create function checkout.announce_drop() returns trigger language plpgsql as $$
begin
  perform pg_notify('checkout_stock', new.drop_id || ' +');
  return null;
end $$;

create trigger drops_announced after insert or update on checkout.drops
  for each row execute function checkout.announce_drop();
