-- Writes the pulse, if the caller still holds the lease: an instance that stood still must not bring an old one back.
-- What it announces as callable binds the ticks from then on (Q23).
-- KEYS  pulse pulse-lease control announced
-- ARGV  deadline µs, policy version seen (not looked at), instance, the document, ms it lives, order announced ('' for
--       none), µs for which an announcement counts
-- Reply 'ok', now, 1 when written, else 0 | 'late', now
-- Cost  O(document)
-- include lib/clock.lua
local PULSE, LEASE, CONTROL, ANNOUNCED = unpack(KEYS)

local now = now_us()
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end
if redis.call('GET', LEASE) ~= ARGV[3] then
  return { 'ok', now, 0 }
end
redis.call('SET', PULSE, ARGV[4], 'PX', ARGV[5])
if ARGV[6] ~= '' and redis.call('EXISTS', CONTROL) == 1 then
  redis.call('HSET', CONTROL, 'callable_until', ARGV[6])
  redis.call('ZADD', ANNOUNCED, now, ARGV[6] .. ':' .. string.format('%.0f', now))
  -- The last one before that time is still in force for whoever read it then.
  local in_force = redis.call('ZREVRANGEBYSCORE', ANNOUNCED, now - ARGV[7], '-inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
  if in_force then
    redis.call('ZREMRANGEBYSCORE', ANNOUNCED, '-inf', '(' .. in_force)
  end
end
return { 'ok', now, 1 }
