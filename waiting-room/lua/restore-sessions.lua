-- Puts back up to 500 sessions whose tokens an instance has handed out, and the ends it knows of, after a loss (Q28): what
-- has left the room counts, whatever Redis has forgotten. Repeating it changes nothing.
-- KEYS  control waiting present sessions spent reasons grants log
-- ARGV  deadline µs, policy version seen (not looked at), then per session: public number, grant "iat:exp:bind:opened",
--       µs at which it runs out, reason of its end ('' while it lives)
-- Reply 'ok', now, sessions put back | 'no-such-drop', now | 'late', now
-- Cost  O(log N) a session
-- include lib/clock.lua lib/control.lua lib/log.lua lib/spend.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, LOG = unpack(KEYS)

local now = now_us()
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end
local control = read_control(CONTROL)
if not control.known then
  return { 'no-such-drop', now }
end
local restored = 0
for i = 3, #ARGV, 4 do
  local number, grant, ends_us, reason = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3]
  if reason == '' and ends_us <= now then
    reason = 'expired'
  end
  if not redis.call('ZSCORE', SPENT, number) then
    redis.call('ZREM', WAITING, number)
    redis.call('ZREM', PRESENT, number)
    if reason ~= '' then
      redis.call('ZREM', SESSIONS, number)
      redis.call('HDEL', GRANTS, number)
      spend(SPENT, REASONS, number, now, reason)
    elseif redis.call('ZADD', SESSIONS, 'NX', ends_us, number) == 1 then
      redis.call('HSET', GRANTS, number, grant)
      write_log(LOG, 'session-restored', now, 'n', number)
      restored = restored + 1
    end
  end
end
if restored > 0 and control.cap_forgotten > 0 then
  -- The checkout had told of them before they were known here again.
  redis.call('HSET', CONTROL, 'cap_forgotten', math.max(0, control.cap_forgotten - restored))
end
return { 'ok', now, restored }
