-- Orders at given ranks of those not called yet (Q20). Reads only.
-- KEYS  control waiting
-- ARGV  ranks (≤ 250), ascending; rank 0 is the next to be called
-- Reply tickets beyond the frontier, then the orders at the ranks that exist
-- Cost  O(log N) a rank
local CONTROL, WAITING = unpack(KEYS)

local frontier = tonumber(redis.call('HGET', CONTROL, 'frontier') or 0)
local called = redis.call('ZCOUNT', WAITING, '-inf', string.format('%.0f', frontier))
local reply = { redis.call('ZCARD', WAITING) - called }
for i = 1, #ARGV do
  local entry = redis.call('ZRANGE', WAITING, called + ARGV[i], called + ARGV[i], 'WITHSCORES')
  if #entry == 0 then
    break
  end
  reply[#reply + 1] = entry[2]
end
return reply
