-- One line of the drop's append-only log. Two million lines are some 200 MB: more than a drop that sells
-- 500,000 units writes, and an end for one that never stops.
local LOG_LINES_MAX = 2000000

local function write_log(log_key, kind, now, ...)
  redis.call('XADD', log_key, 'MAXLEN', '~', LOG_LINES_MAX, '*', 'k', kind, 'us', now, ...)
end
