-- A seal on each audit entry, by a key that the database does not have: whoever rules the database can break the log, but
-- can't add to it unseen.

-- Up Migration

alter table admin.audit add column seal bytea not null default '';
alter table admin.audit alter column seal drop default;
comment on column admin.audit.seal is 'HMAC-SHA256 of the hash; empty in entries from before sealing began';
