-- What the sandbox's books name the charges of a rehearsal by.
select coalesce(array_agg(id), '{}') as ids from checkout.reservations where drop_id = $1 and checkout.is_rehearsal(drop_id);
