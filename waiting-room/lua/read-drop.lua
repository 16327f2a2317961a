-- One drop at one moment: phase, counts, and everything in its control hash. Reads only.
-- KEYS  control waiting present sessions
-- ARGV  none
-- Reply 'ok', now, phase, waiting, present, sessions, called but not checked in, rate per minute now (text), then the
--       control hash: name, value, …
--       or 'no-such-drop', now | 'lost', now
-- Cost  O(log N)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/phase.lua lib/rate.lua
local CONTROL, WAITING, PRESENT, SESSIONS = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
if not control.known then
  return { 'no-such-drop', now }
end
if control.run_id ~= server_run() then
  return { 'lost', now }
end
local reply = { 'ok', now, phase_of(control, now), redis.call('ZCARD', WAITING), redis.call('ZCARD', PRESENT),
  redis.call('ZCARD', SESSIONS), redis.call('ZCOUNT', WAITING, '-inf', string.format('%.0f', control.frontier)),
  string.format('%.3f', rate_at(control, now)) }
for _, text in ipairs(redis.call('HGETALL', CONTROL)) do
  reply[#reply + 1] = text
end
return reply
