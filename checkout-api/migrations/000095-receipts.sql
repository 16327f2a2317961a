-- Where the confirmation of an order goes, which is its receipt as well: kept apart from the order, by nobody but the job that sends it,
-- and deleted with the mail (ADR 0120).

-- Up Migration

create table checkout.receipt_wishes (
  reservation_id uuid primary key references checkout.reservations on delete cascade,
  address text not null,
  lang text not null,
  asked_at timestamptz not null default clock_timestamp(),
  constraint receipt_wishes_short check (length(address) <= 254 and length(lang) <= 8)
);

-- The job is left by the transaction that makes the order, and its key names the order: however often a payment, a provider's
-- message or a job is repeated, there is one order and one job.
create function checkout.order_receipt() returns trigger language plpgsql as $$
begin
  if exists (select from checkout.receipt_wishes w where w.reservation_id = new.reservation_id) then
    perform graphile_worker.add_job('send_receipt', json_build_object('orderId', new.id), max_attempts => 12,
      job_key => 'receipt ' || new.id);
  end if;
  return new;
end $$;
create trigger orders_receipt after insert on checkout.orders
  for each row execute function checkout.order_receipt();
