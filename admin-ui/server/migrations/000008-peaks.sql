-- The most that were ever seen waiting for a drop, and inside: what Redis knows of this moment only.

-- Up Migration

create table admin.peaks (
  drop_id text collate "C" primary key references admin.drops,
  waiting integer not null,
  waiting_at timestamptz not null,
  inside integer not null,
  inside_at timestamptz not null
);
