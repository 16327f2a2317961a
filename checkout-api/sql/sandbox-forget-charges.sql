-- Charges, refunds and messages of these references are gone, as if they had never been.
with forgotten as (
  select id from sandbox.charges where reference = any ($1::text[])
), events as (
  delete from sandbox.events where charge_id in (select id from forgotten)
), refunds as (
  delete from sandbox.refunds where charge_id in (select id from forgotten)
)
delete from sandbox.charges where id in (select id from forgotten);
