-- What the crowd of a rehearsal is doing, told each second by the instance whose child it is, so that every instance can say so and
-- what was seen last outlives that instance.

-- Up Migration

alter table admin.rehearsals add column crowd jsonb;
comment on column admin.rehearsals.crowd is 'as last told while it ran; null before that';
