-- Marks a ticket as spent, with its reason beside it (Q15).
local function spend(spent_key, reasons_key, number, now, reason)
  redis.call('ZADD', spent_key, now, number)
  redis.call('HSET', reasons_key, number, reason)
end
