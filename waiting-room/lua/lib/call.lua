-- How far to call (Q16): so that somebody checked in always waits for budget, and not much further.
-- A shopper who comes at all comes within a poll or two of being called, so a call younger than RESPONSE_US may still
-- bring somebody, an older one hardly; the share that came, measured when a step of the frontier reaches that age, is
-- the show rate.
local RESPONSE_US = 15000000
-- Checked-in shoppers to keep ready, as seconds of the rate: what a show rate that halves unnoticed for RESPONSE_US costs.
local READY_US = 15000000
-- The show rate forgets half of what it saw in this time, and never falls so low that a lull calls the whole line.
local HALF_LIFE_US = 15000000
local SHOW_RATE_MIN = 0.05
local CALLS_MAX = 20000
-- Q23: the longest a shopper is told to wait until they ask again (30 s), spread by a tenth, and the way of the request.
local POLL_US = 36000000

local function show_rate_of(control)
  -- One imagined shopper who came: no call has been answered yet.
  return math.max(SHOW_RATE_MIN, (control.shown_recently + 1) / (control.called_recently + 1))
end

local function measure_show_rate(control, keys)
  local fade = 0.5 ^ (math.max(0, control.clock_us - control.show_seen_us) / HALF_LIFE_US)
  control.show_seen_us = control.clock_us
  control.called_recently = control.called_recently * fade
  control.shown_recently = control.shown_recently * fade
  control.aged_frontier = follow_steps(control, keys, control.aged_frontier, RESPONSE_US, function(from, to, count)
    local absent = redis.call('ZCOUNT', keys.waiting, '(' .. string.format('%.0f', from), string.format('%.0f', to))
    control.called_recently = control.called_recently + count
    control.shown_recently = control.shown_recently + math.max(0, count - absent)
  end)
end

-- Q23: the lowest of what was announced within one poll: whoever stands beyond may be asleep. Until there is an
-- announcement everybody asks every few seconds.
local function callable_until(now, keys)
  local asleep_since = now - POLL_US
  local lowest = math.huge
  local announced = redis.call('ZRANGEBYSCORE', keys.announced, '(' .. string.format('%.0f', asleep_since), '+inf')
  announced[#announced + 1] = redis.call('ZREVRANGEBYSCORE', keys.announced, asleep_since, '-inf', 'LIMIT', 0, 1)[1]
  for _, text in ipairs(announced) do
    lowest = math.min(lowest, tonumber(string.match(text, '^(%d+):')))
  end
  return lowest
end

-- The order that `count` more calls reach, or nil when there is nobody to call.
local function reach_of(frontier, count, limit, keys)
  local called = redis.call('ZCOUNT', keys.waiting, '-inf', frontier)
  local reach = redis.call('ZRANGE', keys.waiting, called + count - 1, called + count - 1, 'WITHSCORES')[2]
    or redis.call('ZRANGE', keys.waiting, -1, -1, 'WITHSCORES')[2]
  if reach and tonumber(reach) > limit then
    local last = string.format('%.0f', limit)
    reach = redis.call('ZREVRANGEBYSCORE', keys.waiting, last, '(' .. frontier, 'WITHSCORES', 'LIMIT', 0, 1)[2]
  end
  return reach
end

local function call_next(control, now, phase, keys)
  if phase == 'healing' then
    return call_along_map(control, now, keys)
  end
  local free = phase == 'pass_through'
  if not (free or phase == 'open' or phase == 'draining') then
    return
  end
  measure_show_rate(control, keys)
  local show_rate = show_rate_of(control)
  local ready = redis.call('ZCARD', keys.present)
  local frontier = string.format('%.0f', control.frontier)
  local pending = redis.call('ZCOUNT', keys.waiting, '(' .. string.format('%.0f', control.aged_frontier), frontier)
  local soon = entries_between(control, now, now + READY_US) + burst_of(control, now)
  local wanted = math.ceil((soon - ready - pending * show_rate) / show_rate)
  local count = free and CALLS_MAX or math.min(wanted, CALLS_MAX)
  if count > 0 then
    local reach = reach_of(frontier, count, free and math.huge or callable_until(now, keys), keys)
    if reach and tonumber(reach) > control.frontier then
      local reached = redis.call('ZCOUNT', keys.waiting, '(' .. frontier, reach)
      control.frontier = tonumber(reach)
      redis.call('ZADD', keys.calls, reach, string.format('%.0f:%d', control.clock_us, reached))
      write_log(keys.log, 'call', now, 'f', frontier, 't', reach)
    end
  end
  redis.call('HSET', keys.control, 'frontier', control.frontier, 'aged_frontier', control.aged_frontier,
    'called_recently', control.called_recently, 'shown_recently', control.shown_recently,
    'show_seen_us', control.show_seen_us)
end
