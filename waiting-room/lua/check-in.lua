-- Checks in up to 500 shoppers who ask for entry, then grants what the budget allows (Q17, Q18). Asking again is harmless:
-- it gives the grant of a session that lives, and never a second one (Q15).
-- KEYS  control waiting present sessions spent reasons grants calls log
-- ARGV  deadline µs, policy version seen, then per shopper: public number, bind
-- Reply 'ok', now, phase, then per shopper a word and a value: 'granted' "iat:exp:bind", 'present' rank, 'not-called' 0,
--       'spent' reason, 'bound-elsewhere' 0, 'unknown' 0
--       or 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N) a shopper and a grant
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/rate.lua lib/settle.lua
-- include lib/steps.lua lib/insertions.lua lib/forgotten.lua lib/grant.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, CALLS, LOG = unpack(KEYS)
local keys = { control = CONTROL, waiting = WAITING, present = PRESENT, sessions = SESSIONS, grants = GRANTS,
  calls = CALLS, log = LOG }

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
open_if_due(control, now, CONTROL, LOG)
local phase = phase_of(control, now)

-- The grant of a session that lives. Q32: another secret before the checkout session exists re-issues the token;
-- afterwards the place stays with the first.
local function grant_for(number, bind)
  local record = redis.call('HGET', GRANTS, number) or ''
  local issued_at, expires_at, bound, opened = string.match(record, '^(%d+):(%d+):(.-):(%d)$')
  if not expires_at or now >= expires_at * 1000000 then
    -- The session may live on in the checkout, but no token opens one any more.
    return 'spent', 'expired'
  end
  if bound ~= bind then
    if opened == '1' then
      return 'bound-elsewhere', 0
    end
    redis.call('HSET', GRANTS, number, issued_at .. ':' .. expires_at .. ':' .. bind .. ':0')
  end
  return 'granted', issued_at .. ':' .. expires_at .. ':' .. bind
end

for i = 3, #ARGV, 2 do
  local number, bind = ARGV[i], ARGV[i + 1]
  local order = redis.call('ZSCORE', WAITING, number)
  if order and tonumber(order) <= control.frontier and phase ~= 'closed' then
    redis.call('ZREM', WAITING, number)
    redis.call('ZADD', PRESENT, order, number)
    note_check_in(control, CONTROL, PRESENT, number)
    redis.call('HSET', GRANTS, number, bind)
    write_log(LOG, 'checkin', now, 'n', number, 'o', order)
  elseif redis.call('ZSCORE', PRESENT, number) then
    redis.call('HSET', GRANTS, number, bind)
  end
end

settle(control, now, phase)
grant(control, now, phase, keys)
save_settled(control, CONTROL)

local reply = { 'ok', now, phase }
for i = 3, #ARGV, 2 do
  local number, word, value = ARGV[i], 'unknown', 0
  local rank = redis.call('ZRANK', PRESENT, number)
  if rank then
    word, value = 'present', rank
  elseif redis.call('ZSCORE', SESSIONS, number) then
    word, value = grant_for(number, ARGV[i + 1])
  elseif redis.call('ZSCORE', WAITING, number) then
    word = 'not-called'
  elseif redis.call('ZSCORE', SPENT, number) then
    word, value = 'spent', redis.call('HGET', REASONS, number) or ''
  end
  reply[#reply + 1] = word
  reply[#reply + 1] = value
end
return reply
