-- Orders at given ranks of those not called yet (Q20). Reads only.
-- KEYS  control waiting
-- ARGV  frontier to count from ('' for the drop's own, so that the slices of one map count from one place), then ranks
--       (≤ 125), ascending; rank 0 is the next to be called
-- Reply 'lost', or frontier, tickets beyond it, drawn ones among them, how many have come and left so far (text), then the
--       orders at the ranks that exist
-- Cost  O(log N) a rank
-- include lib/run.lua
local CONTROL, WAITING = unpack(KEYS)
-- Drawn orders are below 4 × 2^48, arrivals above.
local DRAWN_MAX = '(1125899906842624'

local state = redis.call('HMGET', CONTROL, 'run_id', 'frontier', 'joined_total', 'left_total')
if state[1] ~= server_run() then
  return { 'lost' }
end
local frontier = ARGV[1] ~= '' and ARGV[1] or state[2] or '0'
local called = redis.call('ZCOUNT', WAITING, '-inf', frontier)
local reply = { frontier, redis.call('ZCARD', WAITING) - called, redis.call('ZCOUNT', WAITING, '(' .. frontier, DRAWN_MAX),
  (state[3] or '0') .. ':' .. (state[4] or '0') }
local at = 2
while at <= #ARGV do
  -- Ranks in a row, such as the first hundred, are one command.
  local first, last = tonumber(ARGV[at]), at
  while last < #ARGV and tonumber(ARGV[last + 1]) == first + last + 1 - at do
    last = last + 1
  end
  local entries = redis.call('ZRANGE', WAITING, called + first, called + first + last - at, 'WITHSCORES')
  for i = 2, #entries, 2 do
    reply[#reply + 1] = entries[i]
  end
  at = last + 1
end
return reply
