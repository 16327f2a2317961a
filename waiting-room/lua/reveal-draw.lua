-- Ends the drawing: from here on the seed is public and the first call may follow (Q10). Root first, seed second: not
-- within a second of the roster's publication. Repeating it changes nothing.
-- KEYS  control log
-- ARGV  deadline µs, policy version seen
-- Reply 'ok', now | 'not-opened', now | 'no-roster', now | 'too-early', now | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(1)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua
local CONTROL, LOG = unpack(KEYS)
-- Long enough for every instance and edge to have shown the root before the seed is known to anyone.
local ROOT_AHEAD_US = 1000000

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
if control.opened_us == 0 then
  return { 'not-opened', now }
end
if control.roster_root == '' then
  return { 'no-roster', now }
end
if now - control.roster_us < ROOT_AHEAD_US then
  return { 'too-early', now }
end
if control.revealed_us == 0 then
  redis.call('HSET', CONTROL, 'revealed_us', now)
  write_log(LOG, 'reveal', now)
end
return { 'ok', now }
