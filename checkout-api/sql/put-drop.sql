-- Creates a drop or changes everything about it but its stock. $8 is a JSON array of {sku, name, priceMinor, stock, parts}.
with put as (
  insert into checkout.drops (drop_id, name, closes_at, hold_seconds, token_seconds, per_shopper_limit, currency)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (drop_id) do update set name = excluded.name, closes_at = excluded.closes_at,
    hold_seconds = excluded.hold_seconds, token_seconds = excluded.token_seconds,
    per_shopper_limit = excluded.per_shopper_limit, currency = excluded.currency
  returning drop_id
), wanted as (
  select put.drop_id, p.sku, p.name, p."priceMinor", p.stock, p.parts, p.at
    from put cross join rows from (
      json_to_recordset($8::json) as (sku text, name text, "priceMinor" integer, stock integer, parts smallint)
    ) with ordinality as p (sku, name, "priceMinor", stock, parts, at)
), products as (
  insert into checkout.products (drop_id, sku, name, price_minor, position, parts)
  select drop_id, sku, name, "priceMinor", at, parts from wanted
  on conflict (drop_id, sku) do update set name = excluded.name, price_minor = excluded.price_minor,
    position = excluded.position, parts = greatest(products.parts, excluded.parts)
  returning drop_id, sku
)
insert into checkout.stock (drop_id, sku, part, initial, available, total)
select w.drop_id, w.sku, g.part, u.units, u.units, u.units
  from wanted w join products using (drop_id, sku)
 cross join lateral generate_series(0, w.parts - 1) g (part)
 cross join lateral (select case when g.part = 0 then w.stock else 0 end as units) u
on conflict (drop_id, sku, part) do nothing;
