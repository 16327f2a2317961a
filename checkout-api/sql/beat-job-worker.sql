-- This worker lives; jobs of workers silent for $2 seconds are free again.
select checkout.beat_job_worker($1, $2) as freed;
