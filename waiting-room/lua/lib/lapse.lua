-- Turns and sessions that have run out, at most 500 of each a call.
local LAPSES_MAX = 500
-- Steps of the frontier, and tickets with more time among theirs, that one call looks past.
local LAPSE_LOOKS_MAX = 20

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
    control.cap_with_hold = control.cap_with_hold - #expired
    redis.call('HSET', keys.control, 'cap_with_hold', control.cap_with_hold)
  end
end

-- Q17: called, window and grace gone by on the drop clock, never checked in.
local function lapse_calls(control, now, keys)
  -- Q27: whoever was called may not be back yet.
  if now < control.heal_until_us then
    return
  end
  local due = control.clock_us - control.grace_us
  local missed = 0
  local function miss(number, order)
    redis.call('ZREM', keys.waiting, number)
    spend(keys.spent, keys.reasons, number, now, 'missed')
    write_log(keys.log, 'missed', now, 'n', number, 'o', order)
    missed = missed + 1
  end

  for _, number in ipairs(redis.call('ZRANGEBYSCORE', keys.extended, '-inf', due, 'LIMIT', 0, LAPSES_MAX)) do
    redis.call('ZREM', keys.extended, number)
    local order = redis.call('ZSCORE', keys.waiting, number)
    if order and tonumber(order) <= control.frontier then
      miss(number, order)
    end
  end

  local skipped = 0
  for _ = 1, LAPSE_LOOKS_MAX do
    local oldest = redis.call('ZRANGE', keys.calls, 0, 0, 'WITHSCORES')
    if #oldest == 0 or missed >= LAPSES_MAX then
      break
    end
    if tonumber(string.match(oldest[1], '^(%d+):')) + control.call_window_us > due then
      break
    end
    local wanted = LAPSES_MAX - missed
    local found = redis.call('ZRANGEBYSCORE', keys.waiting, '-inf', oldest[2], 'WITHSCORES', 'LIMIT', skipped, wanted)
    for i = 1, #found, 2 do
      if redis.call('ZSCORE', keys.extended, found[i]) then
        skipped = skipped + 1
      else
        miss(found[i], found[i + 1])
      end
    end
    if #found < 2 * wanted then
      redis.call('ZREM', keys.calls, oldest[1])
    end
  end
  if missed > 0 then
    redis.call('HINCRBY', keys.control, 'missed_total', missed)
  end
end
