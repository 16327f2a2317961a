-- This worker has ended in good order and holds nothing.
delete from checkout.job_workers where worker_id = $1;
