-- The drops the room still wants to hear of: not closed for longer than holds and tokens last, or somebody is inside.
select d.drop_id as drop from checkout.drops d
 where d.closes_at is null
    or d.closes_at > now() - make_interval(secs => d.hold_seconds + d.token_seconds + 3600)
    or exists (select from checkout.sessions s where s.drop_id = d.drop_id and s.ended_at is null)
    or exists (select from checkout.sessions s
                where s.drop_id = d.drop_id and s.ended_at is not null and s.end_reported_at is null);
