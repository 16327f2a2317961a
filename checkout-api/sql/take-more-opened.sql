-- One more report of a drop within a round, if $2 still reports it: of the next sessions that were opened.
select seq::float8, opened, opened_ids as "openedIds" from checkout.take_more_opened($1, $2);
