-- Drops that recur: a rule by which drops of their own are made ahead of their day.

-- Up Migration

create table admin.series (
  series_id text primary key,
  name text not null,
  rrule text not null,
  starts_local text not null,
  time_zone text not null,
  choice text,
  skipped text[] not null,
  ahead_days integer not null,
  open_seconds integer,
  plan jsonb not null,
  -- Occurrences before it are made, or were passed over.
  made_until timestamptz not null,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint series_choice check (choice in ('earlier', 'later')),
  constraint series_ahead check (ahead_days between 1 and 90)
);
comment on column admin.series.rrule is 'RFC 5545, without DTSTART: that is starts_local, by the clocks of time_zone';
comment on column admin.series.plan is 'what drops that are still to be made begin with';

alter table admin.drops
  add column series_id text references admin.series,
  add column occurs_local text,
  add column is_edited_alone boolean not null default false,
  add constraint drops_series_whole check ((series_id is null) = (occurs_local is null)),
  add constraint drops_occur_once unique (series_id, occurs_local);
