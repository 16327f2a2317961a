-- Decides that money goes back; the contract stands with the function (migration 000020).
select verdict, refund_id as "refundId", state, left_minor::float8 as "leftMinor"
  from checkout.request_refund($1, $2, $3, $4, $5, $6, $7, $8, $9);
