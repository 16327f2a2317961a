-- How many rows there were of it.
select checkout.delete_rehearsal($1) as rows;
