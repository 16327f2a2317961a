-- Takes a shopper who leaves by the button out of the queue. Whoever has entered is the checkout's to end.
-- KEYS  control waiting present spent reasons grants gone log
-- ARGV  deadline µs, policy version seen, public number
-- Reply 'ok', now, 1 when a ticket left now, else 0 | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/spend.lua lib/take-out.lua
local CONTROL, WAITING, PRESENT, SPENT, REASONS, GRANTS, GONE, LOG = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
local number = ARGV[3]
local waited, present = take_out(control, WAITING, GONE, number, now), redis.call('ZREM', PRESENT, number)
if waited + present > 0 then
  if present > 0 then
    redis.call('HDEL', GRANTS, number)
  end
  spend(SPENT, REASONS, number, now, 'left')
  redis.call('HINCRBY', CONTROL, 'left_total', 1)
  redis.call('HINCRBY', CONTROL, 'seq', 1)
  write_log(LOG, 'end', now, 'n', number, 'r', 'left')
end
return { 'ok', now, waited + present }
