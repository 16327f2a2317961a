-- How far to call (Q16): so that somebody checked in always waits for budget, and not much further.
-- A shopper who comes at all comes within a poll or two of being called, so a call younger than RESPONSE_US may still
-- bring somebody, an older one hardly; the share that came, measured when a step of the frontier reaches that age, is
-- the show rate.
local RESPONSE_US = 15000000
-- Checked-in shoppers to keep ready, as seconds of the rate: what a show rate that halves unnoticed for RESPONSE_US costs.
local READY_SECONDS = 15
-- The show rate forgets half of what it saw in this time, and never falls so low that a lull calls the whole line.
local HALF_LIFE_US = 15000000
local SHOW_RATE_MIN = 0.05
local CALLS_MAX = 20000

local function show_rate_of(control)
  -- One imagined shopper who came: no call has been answered yet.
  return math.max(SHOW_RATE_MIN, (control.shown_recently + 1) / (control.called_recently + 1))
end

local function measure_show_rate(control, keys)
  local due = control.clock_us - RESPONSE_US
  local steps = redis.call('ZRANGEBYSCORE', keys.calls, '(' .. string.format('%.0f', control.aged_frontier), '+inf',
    'WITHSCORES', 'LIMIT', 0, 50)
  local fade = 0.5 ^ (math.max(0, control.clock_us - control.show_seen_us) / HALF_LIFE_US)
  control.show_seen_us = control.clock_us
  control.called_recently = control.called_recently * fade
  control.shown_recently = control.shown_recently * fade
  for i = 1, #steps, 2 do
    local called_at, count = string.match(steps[i], '^(%d+):(%d+)')
    if tonumber(called_at) > due then
      break
    end
    local absent = redis.call('ZCOUNT', keys.waiting, '(' .. string.format('%.0f', control.aged_frontier), steps[i + 1])
    control.called_recently = control.called_recently + count
    control.shown_recently = control.shown_recently + math.max(0, count - absent)
    control.aged_frontier = tonumber(steps[i + 1])
  end
end

local function call_next(control, now, phase, keys)
  if phase == 'healing' then
    return call_along_map(control, now, keys)
  end
  if phase ~= 'open' and phase ~= 'draining' and phase ~= 'pass_through' then
    return
  end
  measure_show_rate(control, keys)
  local show_rate = show_rate_of(control)
  local ready = redis.call('ZCARD', keys.present)
  local frontier = string.format('%.0f', control.frontier)
  local pending = redis.call('ZCOUNT', keys.waiting, '(' .. string.format('%.0f', control.aged_frontier), frontier)
  local wanted = math.ceil(control.rate_per_minute / 60 * READY_SECONDS + burst_of(control)) - ready - pending * show_rate
  local count = math.min(math.ceil(wanted / show_rate), CALLS_MAX)
  if phase == 'pass_through' then
    count = CALLS_MAX
  end
  if count > 0 then
    local called = redis.call('ZCOUNT', keys.waiting, '-inf', frontier)
    local reach = redis.call('ZRANGE', keys.waiting, called + count - 1, called + count - 1, 'WITHSCORES')
    if #reach == 0 then
      reach = redis.call('ZRANGE', keys.waiting, -1, -1, 'WITHSCORES')
    end
    if #reach > 0 and tonumber(reach[2]) > control.frontier then
      local reached = redis.call('ZCOUNT', keys.waiting, '(' .. frontier, reach[2])
      control.frontier = tonumber(reach[2])
      redis.call('ZADD', keys.calls, reach[2], string.format('%.0f:%d', control.clock_us, reached))
      write_log(keys.log, 'call', now, 'f', frontier, 't', reach[2])
    end
  end
  redis.call('HSET', keys.control, 'frontier', control.frontier, 'aged_frontier', control.aged_frontier,
    'called_recently', control.called_recently, 'shown_recently', control.shown_recently,
    'show_seen_us', control.show_seen_us)
end
