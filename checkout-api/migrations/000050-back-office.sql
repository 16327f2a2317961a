-- What the back office finds orders by: the reference a shopper reads out, a customer, a drop, a time.

-- Up Migration

-- The short reference of a place, as the room derives it from a public number (waiting-room/src/domain/place-reference.ts).
-- Null for what is no public number.
create function checkout.place_reference(p_number text) returns text language sql immutable parallel safe as $$
  select case when p_number ~ '^[A-Za-z0-9_-]{8}' then (
    select string_agg(substr('23456789BCDFGHJKMNPQRSTVWXYZ', get_byte(bytes, at) % 28 + 1, 1) || case at when 2 then '-' else '' end, ''
             order by at)
      from decode(translate(left(p_number, 8), '-_', '+/'), 'base64') bytes, generate_series(0, 5) at) end;
$$;

-- RFC 3339 in UTC, to the millisecond: for documents that are put together here.
create function checkout.utc_text(p_at timestamptz) returns text language sql stable parallel safe as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

create index orders_created on checkout.orders (created_at, id);
create index orders_of_drop on checkout.orders (drop_id, created_at, id);
create index orders_of_reference on checkout.orders (checkout.place_reference(jti));
create index sessions_of_customer on checkout.sessions (customer) where customer is not null;
create index events_of_subject on checkout.events (subject);
create index provider_events_of_charge on checkout.provider_events (provider, charge_id) where charge_id is not null;
