-- Gives a dead job all its tries again, at once. No row: there is no such dead job.
select replayed.id::text
  from graphile_worker.jobs j
 cross join lateral graphile_worker.reschedule_jobs(array[j.id], run_at => now(), attempts => 0) replayed
 where j.id = $1 and j.attempts >= j.max_attempts and j.locked_at is null;
