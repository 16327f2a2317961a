-- The sandbox payment provider's own books. No foreign key leads here and checkout-api never joins it: the adapter
-- writes it over a pool of its own, as a provider somewhere else on the internet would keep its own database.

-- Up Migration

create schema if not exists sandbox;

create table sandbox.charges (
  id uuid primary key default gen_random_uuid(),
  idempotency_key text not null,
  reference text not null,
  amount_minor bigint not null,
  currency text not null,
  status text not null,
  reason text,
  at timestamptz not null default clock_timestamp(),
  constraint charges_one_per_key unique (idempotency_key),
  constraint charges_status_known check (status in ('captured', 'declined', 'refunded', 'voided'))
);
create index charges_of_reference on sandbox.charges (reference);
