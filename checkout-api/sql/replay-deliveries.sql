-- Dead deliveries of a target once more: all, or those of the events $2.
select checkout.replay_deliveries($1, $2) as replayed;
