-- The report of a drop whose log has left Redis, as it was when it was archived.

-- Up Migration

alter table admin.archives add column report jsonb;
