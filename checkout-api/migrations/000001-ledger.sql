-- What checkout-api sells and to whom: drops, products, the stock ledger, sessions, reservations, orders.
-- The selective column leads every key, so that no plan can be tempted to walk a whole drop.
-- Named constraints are the last guard: code that is wrong fails here instead of selling a unit twice.

-- Up Migration

create schema if not exists checkout;

create table checkout.drops (
  drop_id text collate "C" primary key,
  name text not null,
  closes_at timestamptz,
  hold_seconds integer not null,
  token_seconds integer not null,
  per_shopper_limit integer not null,
  currency text not null,
  created_at timestamptz not null default now(),
  constraint drops_hold_bounded check (hold_seconds between 1 and 86400),
  constraint drops_limit_positive check (per_shopper_limit > 0)
);

create table checkout.products (
  drop_id text collate "C" not null references checkout.drops,
  sku text collate "C" not null,
  name text not null,
  price_minor integer not null,
  position integer not null,
  primary key (drop_id, sku),
  constraint products_price_not_negative check (price_minor >= 0)
);

-- One row a SKU. `total` is initial plus every recorded movement, kept by the trigger below and by nothing else;
-- stock_conserved ties what is available, held and sold to it at every instant (promise 6).
-- A low fill factor keeps the updates of a hot row on its own page (heap-only tuples, no index work).
create table checkout.stock (
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  initial integer not null,
  available integer not null,
  held integer not null default 0,
  sold integer not null default 0,
  total integer not null,
  primary key (drop_id, sku),
  foreign key (drop_id, sku) references checkout.products,
  constraint stock_not_negative check (initial >= 0 and available >= 0 and held >= 0 and sold >= 0),
  constraint stock_conserved check (available + held + sold = total)
) with (fillfactor = 20);

create table checkout.stock_movements (
  id bigint generated always as identity primary key,
  drop_id text collate "C" not null,
  sku text collate "C" not null,
  delta integer not null,
  reason text not null,
  actor text not null,
  at timestamptz not null default now(),
  foreign key (drop_id, sku) references checkout.stock,
  constraint stock_movements_not_zero check (delta <> 0)
);

-- Recording a movement is the movement: the balance follows in the same statement, or the insert fails.
create function checkout.apply_stock_movement() returns trigger language plpgsql as $$
begin
  update checkout.stock
     set available = available + new.delta, total = total + new.delta
   where drop_id = new.drop_id and sku = new.sku;
  return new;
end $$;

create trigger stock_movement_applied after insert on checkout.stock_movements
  for each row execute function checkout.apply_stock_movement();

create function checkout.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger stock_movements_append_only before update or delete on checkout.stock_movements
  for each row execute function checkout.refuse_change();
create trigger stock_movements_not_truncated before truncate on checkout.stock_movements
  for each statement execute function checkout.refuse_change();

-- Whom the per-shopper limit binds: the customer claim where the token has one, else the ticket.
-- The row is also the shopper's lock: whoever changes a shopper's reservations takes it first.
create table checkout.shoppers (
  drop_id text collate "C" not null,
  shopper text collate "C" not null,
  units integer not null default 0,
  primary key (shopper, drop_id),
  constraint shoppers_units_not_negative check (units >= 0)
) with (fillfactor = 70);

-- One row per ticket and drop (DESIGN Q34). Neither secret is stored: `secret_hash` is the token's `cnf`,
-- `credential_hash` the SHA-256 of the session credential, which is derived from the secret and `salt`.
create table checkout.sessions (
  jti text collate "C" not null,
  drop_id text collate "C" not null references checkout.drops,
  session_id uuid not null,
  shopper text collate "C" not null,
  customer text,
  secret_hash bytea not null,
  salt bytea not null,
  credential_hash bytea not null,
  opened_at timestamptz not null default now(),
  reserve_until timestamptz not null,
  opened_reported_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  end_reported_at timestamptz,
  primary key (jti, drop_id),
  constraint sessions_end_has_reason check ((ended_at is null) = (end_reason is null)),
  constraint sessions_end_reason_known check (end_reason in ('paid', 'released', 'expired', 'revoked'))
);
create unique index sessions_credential on checkout.sessions (credential_hash);
create index sessions_inside on checkout.sessions (drop_id, reserve_until) where ended_at is null;
create index sessions_opened_unreported on checkout.sessions (drop_id, opened_at) where opened_reported_at is null;
create index sessions_ended_unreported on checkout.sessions (drop_id, ended_at)
  where ended_at is not null and end_reported_at is null;

-- A hold and what became of it. Lines are arrays because a reservation never changes its lines and one row a request
-- is what the batch can write fastest; everyone else reads the view reservation_lines.
-- No foreign keys on this table: the batch has locked the rows they would check, and a trigger per row halves its speed.
create table checkout.reservations (
  id uuid primary key,
  drop_id text collate "C" not null,
  jti text collate "C" not null,
  shopper text collate "C" not null,
  idempotency_key text collate "C" not null,
  status text not null default 'held',
  skus text[] not null,
  quantities integer[] not null,
  unit_prices_minor integer[] not null,
  units integer not null,
  amount_minor bigint not null,
  currency text not null,
  created_at timestamptz not null,
  promised_until timestamptz not null,
  expires_at timestamptz not null,
  extensions smallint not null default 0,
  paying_since timestamptz,
  payment_attempt smallint not null default 0,
  finished_at timestamptz,
  constraint reservations_one_per_key unique (jti, idempotency_key, drop_id),
  constraint reservations_status_known check (status in ('held', 'paid', 'released', 'expired')),
  constraint reservations_finish_dated check ((status = 'held') = (finished_at is null)),
  constraint reservations_pay_only_held check (paying_since is null or status = 'held'),
  constraint reservations_lines_whole check (
    cardinality(skus) between 1 and 20
    and cardinality(skus) = cardinality(quantities)
    and cardinality(skus) = cardinality(unit_prices_minor))
);
comment on column checkout.reservations.promised_until is 'expires_at as the first answer said it; a repeated key gets the same bytes';
comment on column checkout.reservations.paying_since is 'set while a payment is with the provider: the hold neither expires nor is released meanwhile';
create index reservations_held on checkout.reservations (drop_id, expires_at) where status = 'held';
create index reservations_paying on checkout.reservations (paying_since) where paying_since is not null;

create view checkout.reservation_lines as
select r.id as reservation_id, r.drop_id, line.sku, line.quantity, line.unit_price_minor
  from checkout.reservations r
 cross join lateral unnest(r.skus, r.quantities, r.unit_prices_minor) as line (sku, quantity, unit_price_minor);

-- Every time money was asked for. The attempt number is part of the provider's idempotency key, and a new attempt
-- starts only after the last one is known to have failed: so at most one can ever be captured.
create table checkout.payment_attempts (
  reservation_id uuid not null references checkout.reservations,
  attempt smallint not null,
  provider text not null,
  method text not null,
  status text not null default 'pending',
  charge_id text,
  reason text,
  started_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (reservation_id, attempt),
  constraint payment_attempts_status_known check (status in ('pending', 'captured', 'declined', 'voided'))
);
create unique index payment_attempts_one_open on checkout.payment_attempts (reservation_id)
  where status in ('pending', 'captured');

create table checkout.orders (
  id uuid primary key default gen_random_uuid(),
  drop_id text collate "C" not null,
  jti text collate "C" not null,
  reservation_id uuid not null references checkout.reservations,
  status text not null default 'paid',
  amount_minor bigint not null,
  currency text not null,
  charge_id text not null,
  created_at timestamptz not null default now(),
  constraint orders_one_per_reservation unique (reservation_id),
  constraint orders_one_per_charge unique (charge_id),
  constraint orders_status_known check (status in ('paid'))
);
create index orders_of_session on checkout.orders (jti, drop_id);

-- Who reports a drop to the waiting room, and the number of its last report (strictly rising, DESIGN Q30).
create table checkout.capacity_reports (
  drop_id text collate "C" primary key references checkout.drops,
  seq bigint not null default 0,
  reporter text not null default '',
  taken_at timestamptz not null default '-infinity'
) with (fillfactor = 50);
