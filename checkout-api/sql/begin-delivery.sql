-- Takes a delivery in hand; the contract stands with the function (migration 000025).
select paused_until as "pausedUntil", kind, url, secrets, type, drop_id as drop, subject, data, at, tries
  from checkout.begin_delivery($1, $2, $3);
