-- What is kept of a drop whose keys have left Redis: its draw, so that it can be checked for ever, and what became of it.

-- Up Migration

create table admin.archives (
  drop_id text collate "C" primary key references admin.drops,
  -- Whose turn it is: an instance that takes a drop has it until then.
  attempts integer not null default 0,
  next_try_at timestamptz not null default now(),
  last_error text,
  head jsonb,
  revealed_at timestamptz,
  draw_stored_at timestamptz,
  closed_at timestamptz,
  totals jsonb,
  audit_seq bigint references admin.audit,
  stored_at timestamptz,
  removed_at timestamptz,
  constraint archives_removed_after_stored check (removed_at is null or stored_at is not null),
  constraint archives_stored_whole check (
    stored_at is null or (draw_stored_at is not null and closed_at is not null and totals is not null and audit_seq is not null)
  )
);
comment on column admin.archives.head is '{size, root, pageRoots, pageFirsts} of the roster; null: nobody took part in a draw';
comment on column admin.archives.draw_stored_at is 'the root recomputed from the chunks here is the published one';
comment on column admin.archives.audit_seq is 'the audit entry of the archiving: the log up to it tells all that was done to the drop';
comment on column admin.archives.removed_at is 'no key of the drop is left in Redis';
create index archives_unfinished on admin.archives (next_try_at) where removed_at is null;

-- The roster's pages as they were published, and the tickets that came back after it, some 200 KB each.
create table admin.archive_chunks (
  drop_id text collate "C" not null references admin.archives,
  kind text not null,
  number integer not null,
  body text not null,
  primary key (drop_id, kind, number),
  constraint archive_chunks_kind_known check (kind in ('roster', 'late'))
);
create trigger archive_chunks_never_change before update on admin.archive_chunks
  for each row execute function admin.refuse_change();
