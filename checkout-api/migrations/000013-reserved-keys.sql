-- Which idempotency keys have a reservation, read again and again from where the last reading ended. The table grows
-- in the order of created_at, so a block range index is as good as a tree and costs the batch next to nothing.

-- Up Migration

create index reservations_created on checkout.reservations using brin (created_at)
  with (pages_per_range = 32, autosummarize = on);
