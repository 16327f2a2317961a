-- Ends up to 500 sessions that the checkout reports as over; capacity is free at once. Repeating it changes nothing (Q19).
-- After a loss one that is not known here was forgotten: its ticket is spent all the same, wherever it stands by now (Q28).
-- Whoever is revoked is put on a list that verifiers follow, for as long as a token may live.
-- KEYS  control waiting present sessions spent reasons grants gone revoked log
-- ARGV  deadline µs, policy version seen, then per session: public number, reason
-- Reply 'ok', now, how many ended now | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N) a session
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/spend.lua lib/take-out.lua
-- include lib/forgotten.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, GONE, REVOKED, LOG = unpack(KEYS)
-- The longest that a policy lets a token live, and what verifiers tolerate.
local TOKEN_MAX_US = 3605000000
-- Half a megabyte to a verifier that asks for the first time; the oldest would go first.
local REVOKED_MAX = 10000

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
local ended, revoked, bought, forgotten = 0, 0, 0, 0
local may_forget = may_be_forgotten(control, now)
for i = 3, #ARGV, 2 do
  local number, reason = ARGV[i], ARGV[i + 1]
  local removed = redis.call('ZREM', SESSIONS, number)
  if removed == 0 and may_forget and reason ~= 'revoked' and not redis.call('ZSCORE', SPENT, number) then
    take_out(control, WAITING, GONE, number, now)
    redis.call('ZREM', PRESENT, number)
    removed, forgotten = 1, forgotten + 1
  end
  ended = ended + removed
  if reason == 'paid' then
    bought = bought + removed
  end
  if reason == 'revoked' and redis.call('ZADD', REVOKED, 'NX', now + TOKEN_MAX_US, number) == 1 then
    revoked = revoked + 1
  end
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
if revoked > 0 then
  redis.call('ZREMRANGEBYSCORE', REVOKED, '-inf', now)
  redis.call('ZREMRANGEBYRANK', REVOKED, 0, -REVOKED_MAX - 1)
  redis.call('PEXPIRE', REVOKED, math.ceil(TOKEN_MAX_US / 1000))
end
if bought > 0 then
  redis.call('HINCRBY', CONTROL, 'bought_total', bought)
end
if ended > 0 then
  redis.call('HINCRBY', CONTROL, 'seq', 1)
  -- Until the next report every one of them counts as still inside: what it bought meanwhile is still sellable by the last
  -- one. So this may fall below zero: grants can only be too few, never too many (Q30).
  redis.call('HSET', CONTROL, 'cap_with_hold', control.cap_with_hold - ended, 'cap_forgotten',
    math.max(0, control.cap_forgotten - forgotten))
end
return { 'ok', now, ended }
