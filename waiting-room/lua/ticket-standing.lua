-- Where one ticket stands (Q15). Reads only.
-- KEYS  control waiting present sessions spent reasons grants calls extended extensions
-- ARGV  public number, epoch the caller believes in ('' for any)
-- Reply 'waiting', order, 0 not called | µs of the drop clock left in its call window + 1 (1: it has run out), extensions
--       it may still ask for, µs of the drop clock left of window and grace together
--       'present', order, rank · 'entered', "iat:exp:bind:opened" · 'spent', reason · 'unknown'
--       'lost', also for a ticket that is not here in another epoch than the caller's: it may be one that has to come back first
-- Cost  O(log N)
-- include lib/control.lua lib/run.lua lib/steps.lua lib/extensions.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, CALLS, EXTENDED, EXTENSIONS = unpack(KEYS)

local number = ARGV[1]
if redis.call('HGET', CONTROL, 'run_id') ~= server_run() then
  return { 'lost' }
end
local order = redis.call('ZSCORE', WAITING, number)
if order then
  local control = read_control(CONTROL)
  if tonumber(order) > control.frontier then
    return { 'waiting', order, 0, 0, 0 }
  end
  local window_end = window_end_of(control, { calls = CALLS, extended = EXTENDED }, number, order)
  local left = window_end - control.clock_us
  local extensions = extensions_left(control, EXTENSIONS, number)
  return { 'waiting', order, math.max(0, left) + 1, extensions, math.max(0, left + control.grace_us) }
end
order = redis.call('ZSCORE', PRESENT, number)
if order then
  return { 'present', order, redis.call('ZRANK', PRESENT, number) }
end
if redis.call('ZSCORE', SESSIONS, number) then
  return { 'entered', redis.call('HGET', GRANTS, number) or '' }
end
if redis.call('ZSCORE', SPENT, number) then
  return { 'spent', redis.call('HGET', REASONS, number) or '' }
end
if ARGV[2] ~= '' and redis.call('HGET', CONTROL, 'epoch') ~= ARGV[2] then
  return { 'lost' }
end
return { 'unknown' }
