-- Drops that were scheduled and are drafts again: planned, with an opening that never comes (ADR 0114).

-- Up Migration

alter table admin.drops add column is_draft boolean not null default false;
