-- The room knows that these sessions are open.
select checkout.acknowledge_opened($1, $2);
