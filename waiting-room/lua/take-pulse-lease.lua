-- Makes one instance the publisher of a drop's pulse for a while (Q20). Asking again prolongs one's own lease.
-- KEYS  pulse-lease
-- ARGV  deadline µs, policy version seen (not looked at), instance, ms the lease lasts
-- Reply 'ok', now, 1 when the lease is the caller's, else 0 | 'late', now
-- Cost  O(1)
-- include lib/clock.lua
local LEASE = KEYS[1]

local now = now_us()
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end
local holder = redis.call('GET', LEASE)
if holder and holder ~= ARGV[3] then
  return { 'ok', now, 0 }
end
redis.call('SET', LEASE, ARGV[3], 'PX', ARGV[4])
return { 'ok', now, 1 }
