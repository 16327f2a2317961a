-- The room is told of every admission that was taken back, and told again while a token may live: a room that has lost
-- Redis has it back within seconds (Q28).

-- Up Migration

alter table checkout.revocations add column told_at timestamptz;
create index revocations_to_tell on checkout.revocations (drop_id, told_at);
