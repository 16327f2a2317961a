-- Live control: a rate on its way, capacity ignored for a while, and who answers for what is put over a schedule.

-- Up Migration

alter table admin.drops
  add column ramp jsonb,
  add column ignore_capacity_until timestamptz,
  add column override_owner text,
  add column override_reason text;
comment on column admin.drops.ramp is '{fromPerMinute, startsAt, endsAt}: the rate goes from there to ratePerMinute in a straight line';
comment on column admin.drops.ignore_capacity_until is 'until then a silent checkout does not stop entries';

-- An act is undone at most once.
create table admin.undone (
  seq bigint primary key references admin.audit,
  at timestamptz not null default now()
);
create index audit_newest_of_drop on admin.audit (drop_id, seq desc);
drop index admin.audit_of_drop;
