-- Publishes the roster of a drop that has opened, once (Q10): its pages are written before, under the name of their build.
-- KEYS  control roster log
-- ARGV  deadline µs, policy version seen, root, head (JSON: what the roster's readers need)
-- Reply 'ok', now | 'published', now (another build was quicker) | 'not-opened', now
--       or 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(1)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua
local CONTROL, ROSTER, LOG = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
if control.opened_us == 0 then
  return { 'not-opened', now }
end
if control.roster_root ~= '' then
  return { 'published', now }
end
redis.call('SET', ROSTER, ARGV[4])
redis.call('HSET', CONTROL, 'roster_root', ARGV[3], 'roster_us', now)
write_log(LOG, 'roster', now, 'root', ARGV[3])
return { 'ok', now }
