-- Ends up to 500 sessions that the checkout reports as over; capacity is free at once. Repeating it changes nothing (Q19).
-- KEYS  control waiting present sessions spent reasons grants gone log
-- ARGV  deadline µs, policy version seen, then per session: public number, reason
-- Reply 'ok', now, how many ended now | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N) a session
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/spend.lua lib/take-out.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, GONE, LOG = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
local ended = 0
for i = 3, #ARGV, 2 do
  local number, reason = ARGV[i], ARGV[i + 1]
  local removed = redis.call('ZREM', SESSIONS, number)
  ended = ended + removed
  -- A revoked shopper may still be waiting; nobody else is ended who has not entered.
  if removed == 0 and reason == 'revoked' then
    removed = take_out(control, WAITING, GONE, number, now) + redis.call('ZREM', PRESENT, number)
  end
  if removed > 0 then
    redis.call('HDEL', GRANTS, number)
    spend(SPENT, REASONS, number, now, reason)
    write_log(LOG, 'end', now, 'n', number, 'r', reason)
  end
end
if ended > 0 then
  redis.call('HINCRBY', CONTROL, 'seq', 1)
  -- Until the next report every one of them counts as still inside: what it bought meanwhile is still sellable by the last
  -- one. So this may fall below zero: grants can only be too few, never too many (Q30).
  redis.call('HSET', CONTROL, 'cap_with_hold', control.cap_with_hold - ended)
end
return { 'ok', now, ended }
