-- Acts done while this database did not answer, by the id they had in the journal: each is entered once.

-- Up Migration

create table admin.journaled (
  entry_id uuid primary key,
  entered_at timestamptz not null default now()
);
