-- Creates a drop or changes everything about it but its stock. $8 is a JSON array of {sku, name, priceMinor, stock}.
with put as (
  insert into checkout.drops (drop_id, name, closes_at, hold_seconds, token_seconds, per_shopper_limit, currency)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (drop_id) do update set name = excluded.name, closes_at = excluded.closes_at,
    hold_seconds = excluded.hold_seconds, token_seconds = excluded.token_seconds,
    per_shopper_limit = excluded.per_shopper_limit, currency = excluded.currency
  returning drop_id
), wanted as (
  select put.drop_id, p.sku, p.name, p."priceMinor", p.stock, p.at
    from put cross join rows from (
      json_to_recordset($8::json) as (sku text, name text, "priceMinor" integer, stock integer)
    ) with ordinality as p (sku, name, "priceMinor", stock, at)
), products as (
  insert into checkout.products (drop_id, sku, name, price_minor, position)
  select drop_id, sku, name, "priceMinor", at from wanted
  on conflict (drop_id, sku) do update set name = excluded.name, price_minor = excluded.price_minor, position = excluded.position
  returning drop_id, sku
)
insert into checkout.stock (drop_id, sku, initial, available, total)
select w.drop_id, w.sku, w.stock, w.stock, w.stock from wanted w join products using (drop_id, sku)
on conflict (drop_id, sku) do nothing;
