-- Takes a ticket out of the line before its turn; 1 when it stood there. One beyond the frontier is put on a list that
-- instances follow, since they answer for such tickets without asking Redis (Q15).
local function take_out(control, waiting_key, gone_key, number, now)
  local order = redis.call('ZSCORE', waiting_key, number)
  if not order then
    return 0
  end
  if tonumber(order) > control.frontier then
    redis.call('ZADD', gone_key, now, number)
  end
  return redis.call('ZREM', waiting_key, number)
end
