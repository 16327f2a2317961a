-- One line of the drop's append-only log. Two million lines are some 200 MB, more where many are granted at once: more
-- than a drop that sells 500,000 units writes, and an end for one that never stops.
local LOG_LINES_MAX = '2000000'

-- The time as text: Redis would print the number anew for every line, which costs as much as the line.
local logged_us, logged_at

local function write_log(log_key, kind, now, ...)
  if now ~= logged_us then
    logged_us, logged_at = now, string.format('%.0f', now)
  end
  redis.call('XADD', log_key, 'MAXLEN', '~', LOG_LINES_MAX, '*', 'k', kind, 'us', logged_at, ...)
end
