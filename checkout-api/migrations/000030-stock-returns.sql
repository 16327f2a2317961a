-- How often something came back for sale where little was left. An instance that remembers "sold out" may not have heard
-- of it yet: whoever sells from such a row keeps the answer back until nobody remembers any more (ADR 0040).

-- Up Migration

alter table checkout.stock add column returns integer not null default 0;
comment on column checkout.stock.returns is 'rises when something comes back to a row that had less than 10; what is sold out is remembered below that only';

create function checkout.raise_stock_version() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  if new.available > old.available and old.available < 10 then
    new.returns := old.returns + 1;
  end if;
  return new;
end $$;

drop trigger stock_version on checkout.stock;
create trigger stock_version before update on checkout.stock
  for each row execute function checkout.raise_stock_version();

-- The returns of these SKUs over all their rows, in their order; null = unknown SKU. Volatile, so that it sees what
-- committed until now and not only what had when the statement around it began.
create function checkout.stock_returns(p_drop text, p_skus text[]) returns integer[] language plpgsql volatile as $$
begin
  return (select array_agg(s.returns order by q.at)
            from unnest(p_skus) with ordinality q (sku, at)
            left join lateral (
              select sum(s.returns)::integer as returns from checkout.stock s
               where s.drop_id = p_drop and s.sku = q.sku) s on true);
end $$;
