-- Turns and sessions that have run out, at most 500 of each a call.
local LAPSES_MAX = 500

-- Q19: a session nobody ended is over when token and hold have run out.
local function lapse_sessions(control, now, keys)
  local expired = redis.call('ZRANGEBYSCORE', keys.sessions, '-inf', now, 'LIMIT', 0, LAPSES_MAX)
  for _, number in ipairs(expired) do
    redis.call('ZREM', keys.sessions, number)
    redis.call('HDEL', keys.grants, number)
    spend(keys.spent, keys.reasons, number, now, 'expired')
    write_log(keys.log, 'end', now, 'n', number, 'r', 'expired')
  end
  if #expired > 0 then
    control.cap_with_hold = math.max(0, control.cap_with_hold - #expired)
    redis.call('HSET', keys.control, 'cap_with_hold', control.cap_with_hold)
  end
end

-- Q17: called, window and grace gone by on the drop clock, never checked in. `calls` holds one member "clock:count" per
-- step of the frontier, scored by the frontier it reached.
local function lapse_calls(control, now, keys)
  -- Q27: whoever was called may not be back yet.
  if now < control.heal_until_us then
    return
  end
  local oldest = redis.call('ZRANGE', keys.calls, 0, 0, 'WITHSCORES')
  if #oldest == 0 then
    return
  end
  local called_at = tonumber(string.match(oldest[1], '^(%d+):'))
  if called_at + control.call_window_us + control.grace_us > control.clock_us then
    return
  end
  local missed = redis.call('ZRANGEBYSCORE', keys.waiting, '-inf', oldest[2], 'WITHSCORES', 'LIMIT', 0, LAPSES_MAX)
  for i = 1, #missed, 2 do
    redis.call('ZREM', keys.waiting, missed[i])
    spend(keys.spent, keys.reasons, missed[i], now, 'missed')
    write_log(keys.log, 'missed', now, 'n', missed[i], 'o', missed[i + 1])
  end
  if #missed > 0 then
    redis.call('HINCRBY', keys.control, 'missed_total', #missed / 2)
  end
  if #missed < 2 * LAPSES_MAX then
    redis.call('ZREM', keys.calls, oldest[1])
  end
end
