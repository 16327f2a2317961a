-- Up to $2 ended sessions of a drop that the room has not acknowledged, oldest first.
select jti, end_reason as reason from checkout.sessions
 where drop_id = $1 and ended_at is not null and end_reported_at is null order by ended_at limit $2;
