-- The next capacity report of a drop, if $2 is its reporter or the reporter has been silent for $3 seconds.
select seq::float8, at, sellable::float8, held::float8, inside::float8, inside_without_hold::float8 as "insideWithoutHold", opened,
       opened_ids as "openedIds"
  from checkout.take_capacity($1, $2, $3);
