-- Rehearsals: which copy of which drop a crowd tries out, until when, and what was seen. The copy is a row of admin.drops until
-- it is deleted; this row stays as the record.

-- Up Migration

create table admin.rehearsals (
  rehearsal_id text collate "C" primary key,
  source_id text collate "C" not null references admin.drops,
  settings jsonb not null,
  started_by text not null,
  started_at timestamptz not null default now(),
  opens_at timestamptz not null,
  ends_at timestamptz not null,
  instance text not null,
  seen_at timestamptz not null default now(),
  stop_wanted_by text,
  ended_at timestamptz,
  end_reason text,
  result jsonb,
  cleared_at timestamptz,
  deleted_at timestamptz,
  constraint rehearsals_named_so check (starts_with(rehearsal_id, 'rehearsal-')),
  constraint rehearsals_end_has_reason check ((ended_at is null) = (end_reason is null)),
  constraint rehearsals_end_known check (end_reason in ('over', 'stopped', 'interrupted')),
  constraint rehearsals_deleted_after_end check (deleted_at is null or ended_at is not null)
);
comment on column admin.rehearsals.instance is 'whose child the crowd is; without a sign of life of it the rehearsal is interrupted';
comment on column admin.rehearsals.cleared_at is 'all sides were asked to delete it; once more, later, and nothing was left: deleted_at';
-- Two crowds on one machine would rehearse each other.
create unique index rehearsals_one_at_a_time on admin.rehearsals ((true)) where ended_at is null;
create index rehearsals_of_source on admin.rehearsals (source_id, started_at desc);
create index rehearsals_undeleted on admin.rehearsals (ended_at) where deleted_at is null;
