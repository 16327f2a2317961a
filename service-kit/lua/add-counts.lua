-- Adds what one instance has counted of a rate limit's keys, and tells what all instances together have.
-- KEYS  1 limit:{<method> <route>}:<window> (hash: key of the limit → count)
-- ARGV  1 lifetime in ms  then, of up to 500 keys, the key and how many to add
-- Returns the counts, in the order of the keys. Repeating it counts again: the caller never does. O(keys).
local counts = {}
for at = 2, #ARGV, 2 do
  counts[#counts + 1] = redis.call('HINCRBY', KEYS[1], ARGV[at], ARGV[at + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return counts
