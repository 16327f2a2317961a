-- Ends up to $1 sessions whose admission has run out and that hold nothing.
select checkout.end_idle_sessions($1) as ended;
