-- Gives a called shopper one more call window (Q17): inside the window only, and never more than one ahead, so that
-- asking twice gives the same answer.
-- KEYS  control waiting present sessions spent reasons calls extended extensions log
-- ARGV  deadline µs, policy version seen, public number
-- Reply 'ok', now, word, µs of the drop clock left in the window, extensions left
--       words: 'extended' (also when it was before), 'none-left', 'window-over', 'not-called', 'checked-in', 'entered',
--       'spent' (then the reason instead of the µs), 'unknown', 'closed'
--       or 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/steps.lua lib/extensions.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, CALLS, EXTENDED, EXTENSIONS, LOG = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
local number = ARGV[3]
local order = redis.call('ZSCORE', WAITING, number)
if not order then
  if redis.call('ZSCORE', PRESENT, number) then
    return { 'ok', now, 'checked-in', 0, 0 }
  end
  if redis.call('ZSCORE', SESSIONS, number) then
    return { 'ok', now, 'entered', 0, 0 }
  end
  if redis.call('ZSCORE', SPENT, number) then
    return { 'ok', now, 'spent', redis.call('HGET', REASONS, number) or '', 0 }
  end
  return { 'ok', now, 'unknown', 0, 0 }
end
if phase_of(control, now) == 'closed' then
  return { 'ok', now, 'closed', 0, 0 }
end
if tonumber(order) > control.frontier then
  return { 'ok', now, 'not-called', 0, 0 }
end
local window_end = window_end_of(control, { calls = CALLS, extended = EXTENDED }, number, order)
local window_left = window_end - control.clock_us
local extensions = extensions_left(control, EXTENSIONS, number)
if window_left <= 0 then
  return { 'ok', now, 'window-over', 0, extensions }
end
if window_left > control.call_window_us then
  return { 'ok', now, 'extended', window_left, extensions }
end
if extensions == 0 then
  return { 'ok', now, 'none-left', window_left, 0 }
end
redis.call('ZADD', EXTENDED, window_end + control.call_window_us, number)
redis.call('HINCRBY', EXTENSIONS, number, 1)
write_log(LOG, 'extend', now, 'n', number)
return { 'ok', now, 'extended', window_left + control.call_window_us, extensions - 1 }
