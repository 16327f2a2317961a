-- Jobs that have had their last try, the latest first.
select j.id::text, j.task_identifier as task, j.attempts as tries, j.last_error as "lastError",
       j.created_at as "createdAt", j.updated_at as "diedAt"
  from graphile_worker.jobs j
 where j.attempts >= j.max_attempts and j.locked_at is null
 order by j.updated_at desc limit $1;
