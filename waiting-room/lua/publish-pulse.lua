-- Writes the pulse, if the caller still holds the lease: an instance that stood still must not bring an old one back.
-- KEYS  pulse pulse-lease
-- ARGV  deadline µs, policy version seen (not looked at), instance, the document, ms it lives
-- Reply 'ok', now, 1 when written, else 0 | 'late', now
-- Cost  O(document)
-- include lib/clock.lua
local PULSE, LEASE = unpack(KEYS)

local now = now_us()
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end
if redis.call('GET', LEASE) ~= ARGV[3] then
  return { 'ok', now, 0 }
end
redis.call('SET', PULSE, ARGV[4], 'PX', ARGV[5])
return { 'ok', now, 1 }
