-- Who may join a drop and how: access codes, bypass list, member classes. Codes themselves are kept nowhere.

-- Up Migration

alter table admin.drops
  add column access jsonb not null default '{"codeRequired": false, "members": null}',
  add column code_batches jsonb not null default '[]';
comment on column admin.drops.code_batches is 'what codes there are, not the codes: those follow from SEED_KEY, words are keyed digests';

-- How often the codes of a batch were used, as last seen in Redis; never less than before.
create table admin.code_uses (
  drop_id text collate "C" not null references admin.drops,
  batch smallint not null,
  uses integer not null,
  seen_at timestamptz not null default now(),
  primary key (drop_id, batch)
);
