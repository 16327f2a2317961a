-- The zone a merchant plans a drop in. Instants stay what decides; the zone says how they are meant and shown.

-- Up Migration

alter table admin.drops add column time_zone text not null default 'UTC';
