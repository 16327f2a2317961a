-- The only place that spends budget (Q18): rate bucket, maxSessions and stock bound, to the lowest orders present.
-- Needs lib/forgotten.lua before it.
-- Returns how many entered and what limited the number. Expects a settled control; the caller saves it.
local GRANTS_MAX = 500
-- In one line of the log: some 3 KB, what a block of a stream takes. A line for each would cost as much as the grants do.
local GRANTS_PER_LINE = 50
-- Q30: a checkout that has been silent this long may be full or down.
local CAPACITY_SILENT_US = 10000000
-- Those near the front are told to ask every 5 s, spread by a tenth. So long after a call everybody who wants to come
-- forward can have done so, and asking more often than told gains nothing.
local FAIR_US = 6000000

local function stock_room(control, sessions, now)
  if control.stock_bound ~= 'on' then
    return math.huge, 'nothing'
  end
  if now - control.cap_at_us > CAPACITY_SILENT_US then
    if now < control.ignore_capacity_until_us then
      return math.huge, 'nothing'
    end
    return 0, 'capacity-silent'
  end
  local without_hold = math.max(0, sessions - control.cap_with_hold)
  return math.floor(control.overbook * control.cap_sellable) - without_hold, 'stock'
end

-- Q28: those that only the checkout knows of are inside, too.
local function inside(control, now, keys)
  return redis.call('ZCARD', keys.sessions) + forgotten_of(control, now)
end

-- Of `count` shoppers who could enter now, those that may: called long enough ago, or with nobody called before them who has
-- not come forward yet, or with room left for all of those.
local function fair_count(control, count, room, keys)
  control.fair_frontier = follow_steps(control, keys, control.fair_frontier, FAIR_US)
  local fair = string.format('%.0f', control.fair_frontier)
  if redis.call('ZCOUNT', keys.present, '-inf', fair) >= count then
    return count
  end
  local frontier = string.format('%.0f', control.frontier)
  local absent = redis.call('ZCOUNT', keys.waiting, '(' .. fair, frontier)
  if absent == 0 then
    return count
  end
  local first_absent = redis.call('ZRANGEBYSCORE', keys.waiting, '(' .. fair, frontier, 'WITHSCORES', 'LIMIT', 0, 1)[2]
  local unbroken = redis.call('ZCOUNT', keys.present, '-inf', '(' .. first_absent)
  return math.min(count, math.max(unbroken, room - absent))
end

local function grant(control, now, phase, keys)
  local free = phase == 'pass_through'
  if not (free or phase == 'open' or phase == 'draining' or phase == 'healing') then
    return 0, 'phase'
  end
  local present = redis.call('ZCARD', keys.present)
  if present == 0 then
    return 0, 'queue-empty'
  end
  local sessions = inside(control, now, keys)
  local room, limited_by = stock_room(control, sessions, now)
  local function limit(other, reason)
    if other < room then
      room, limited_by = other, reason
    end
  end
  if not free then
    limit(math.floor(control.bucket) - math.floor(control.lease_credit), 'rate')
    if control.max_sessions > 0 then
      limit(control.max_sessions - sessions, 'sessions')
    end
  end
  local count = math.min(present, math.max(0, room), GRANTS_MAX)
  if room >= present then
    limited_by = 'queue-empty'
  end
  -- While shoppers return the windows stand still, and the map from before the loss keeps their order (Q27).
  if count > 0 and phase ~= 'healing' then
    count = fair_count(control, count, room, keys)
  end
  if count == 0 then
    return 0, limited_by
  end

  local issued_at = math.floor(now / 1000000)
  local expires_at = issued_at + math.floor(control.token_us / 1000000)
  local lowest = redis.call('ZPOPMIN', keys.present, count)
  local numbers, orders = {}, {}
  for i = 1, count do
    numbers[i], orders[i] = lowest[2 * i - 1], lowest[2 * i]
  end
  -- One command for all of them: 500 at once are the longest that a tick may hold Redis up.
  local binds = redis.call('HMGET', keys.grants, unpack(numbers))
  local record = string.format('%.0f:%.0f:', issued_at, expires_at)
  -- As text, once: Redis would print a number anew for every shopper.
  local session_ends = string.format('%.0f', expires_at * 1000000 + control.hold_us)
  local token_ends = string.format('%.0f', expires_at * 1000000)
  local grants, sessions_begun = {}, {}
  for i, number in ipairs(numbers) do
    grants[2 * i - 1], grants[2 * i] = number, record .. (binds[i] or '') .. ':0'
    sessions_begun[2 * i - 1], sessions_begun[2 * i] = session_ends, number
  end
  for first = 1, count, GRANTS_PER_LINE do
    local last = math.min(count, first + GRANTS_PER_LINE - 1)
    write_log(keys.log, 'grant', now, 'n', table.concat(numbers, ' ', first, last),
      'o', table.concat(orders, ' ', first, last), 'exp', token_ends)
  end
  redis.call('HSET', keys.grants, unpack(grants))
  redis.call('ZADD', keys.sessions, unpack(sessions_begun))
  if not free then
    control.bucket = control.bucket - count
  end
  redis.call('HINCRBY', keys.control, 'entered_total', count)
  return count, limited_by
end
