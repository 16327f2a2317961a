-- Up to $2 admissions of a drop whose revocation the room is to be told: those it was never told, and again every 5 s
-- those whose token may live.
select jti from checkout.revocations
 where drop_id = $1
   and (told_at is null
        or (told_at < clock_timestamp() - interval '5 seconds' and at > clock_timestamp() - interval '3605 seconds'))
 order by told_at nulls first limit $2;
