-- A message of the sandbox has arrived; a duplicate of it may follow at once.
update sandbox.events set sends = sends - 1, due_at = clock_timestamp() where id = $1 and sends > 0;
