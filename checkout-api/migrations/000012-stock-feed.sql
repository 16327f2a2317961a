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

-- Payload: `<drop>`, or `<drop> +` when something came back for sale. Transactions that announce commit one after the
-- other, in the whole database (measured: batches over eight rows are half as fast), so what only takes stock announces
-- itself at most once in 100 ms a connection and drop; who hears it goes on looking for 300 ms after the last change.
create function checkout.announce_stock() returns trigger language plpgsql as $$
declare
  v_now bigint := extract(epoch from clock_timestamp()) * 1000;
  v_last text;
  v_drop text;
  v_came_back boolean;
begin
  for v_drop, v_came_back in
    select n.drop_id, bool_or(n.available > o.available)
      from new_rows n join old_rows o using (drop_id, sku, part) group by n.drop_id
  loop
    v_last := 'checkout.announced_' || replace(v_drop, '-', '_');
    if v_came_back or v_now - coalesce(nullif(current_setting(v_last, true), ''), '0')::bigint not between 0 and 99 then
      perform set_config(v_last, v_now::text, false);
      perform pg_notify('checkout_stock', v_drop || case when v_came_back then ' +' else '' end);
    end if;
  end loop;
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

-- The same changes by logical replication, for those whose server has it (wal_level = logical).
create publication checkout_stock for table checkout.stock, checkout.drops with (publish = 'insert, update');
