-- Steps of the frontier: `calls` holds one member "drop clock:count" per call, scored by the order it reached.
local STEPS_MAX = 50

-- Follows the steps beyond `border` that are at least `age_us` old on the drop clock, gives each to `visit` (may be nil)
-- as border before, border after, count; returns the border reached.
local function follow_steps(control, keys, border, age_us, visit)
  local due = control.clock_us - age_us
  local steps = redis.call('ZRANGEBYSCORE', keys.calls, '(' .. string.format('%.0f', border), '+inf', 'WITHSCORES',
    'LIMIT', 0, STEPS_MAX)
  -- No step leads there any more: whoever was called has had more time than that.
  if #steps == 0 then
    return control.frontier
  end
  for i = 1, #steps, 2 do
    local called_at, count = string.match(steps[i], '^(%d+):(%d+)')
    if tonumber(called_at) > due then
      break
    end
    local reached = tonumber(steps[i + 1])
    if visit then
      visit(border, reached, tonumber(count))
    end
    border = reached
  end
  return border
end

-- Drop clock at which the call window of a called ticket ends, extensions included.
local function window_end_of(control, keys, number, order)
  local extended = redis.call('ZSCORE', keys.extended, number)
  if extended then
    return tonumber(extended)
  end
  local step = redis.call('ZRANGEBYSCORE', keys.calls, order, '+inf', 'LIMIT', 0, 1)
  local called_at = step[1] and tonumber(string.match(step[1], '^(%d+):')) or control.clock_us
  return called_at + control.call_window_us
end
