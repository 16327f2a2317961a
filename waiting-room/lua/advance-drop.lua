-- One tick of a drop: opens it when it is due, lapses what has run out, calls and grants (Q9, Q16-Q19). Any instance may
-- tick at any time; a double tick is harmless.
-- KEYS  control waiting present sessions spent reasons grants calls extended announced leases revoked log
-- ARGV  deadline µs, policy version seen, epoch to use if there is none
-- Reply 'ok', now, phase, what limits entry, entered by this tick, waiting, present, sessions, called but not checked in
--       or 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N), and O(log N) per grant and lapse, at most 500 each
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/rate.lua lib/settle.lua
-- include lib/spend.lua lib/steps.lua lib/lapse.lua lib/call-along-map.lua lib/call.lua lib/forgotten.lua lib/grant.lua lib/void-leases.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, CALLS, EXTENDED, ANNOUNCED, LEASES, REVOKED,
  LOG = unpack(KEYS)
local keys = { control = CONTROL, waiting = WAITING, present = PRESENT, sessions = SESSIONS, spent = SPENT,
  reasons = REASONS, grants = GRANTS, calls = CALLS, extended = EXTENDED, announced = ANNOUNCED,
  leases = LEASES, revoked = REVOKED, log = LOG }

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
if control.epoch == '' then
  redis.call('HSET', CONTROL, 'epoch', ARGV[3])
end
open_if_due(control, now, CONTROL, LOG)
local phase = phase_of(control, now)
local entered, limited_by = 0, 'phase'
if control.opened_us > 0 then
  settle(control, now, phase)
  if phase == 'queue_all' then
    void_leases(now, keys)
  end
  lapse_sessions(control, now, keys)
  lapse_calls(control, now, keys)
  call_next(control, now, phase, keys)
  entered, limited_by = grant(control, now, phase, keys)
  save_settled(control, CONTROL)
end
return { 'ok', now, phase, limited_by, entered, redis.call('ZCARD', WAITING), redis.call('ZCARD', PRESENT),
  redis.call('ZCARD', SESSIONS), redis.call('ZCOUNT', WAITING, '-inf', string.format('%.0f', control.frontier)) }
