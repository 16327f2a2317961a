-- Which job workers live. The job library's own tables are in the schema graphile_worker, which `migrate` brings up to
-- date first.

-- Up Migration

create table checkout.job_workers (
  worker_id text primary key,
  seen_at timestamptz not null
) with (fillfactor = 50);

-- Says that p_worker lives, and frees the jobs of those that have not said so for p_silent_seconds: they were killed, and
-- the library itself would wait four hours. A job may then run a second time, which every job must bear. Answers how many
-- dead workers' jobs were freed.
create function checkout.beat_job_worker(p_worker text, p_silent_seconds double precision) returns integer language plpgsql as $$
declare
  v_horizon timestamptz := clock_timestamp() - make_interval(secs => p_silent_seconds);
  v_dead text[];
begin
  insert into checkout.job_workers (worker_id, seen_at) values (p_worker, clock_timestamp())
    on conflict (worker_id) do update set seen_at = excluded.seen_at;
  select array_agg(distinct j.locked_by) into v_dead
    from graphile_worker.jobs j left join checkout.job_workers w on w.worker_id = j.locked_by
   where j.locked_by is not null and j.locked_at < v_horizon and coalesce(w.seen_at < v_horizon, true);
  if v_dead is null then
    delete from checkout.job_workers w where w.seen_at < v_horizon - interval '1 hour';
    return 0;
  end if;
  perform graphile_worker.force_unlock_workers(v_dead);
  return cardinality(v_dead);
end $$;
