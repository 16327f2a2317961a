-- Writes the public stock picture of a drop unless a newer one is there.
-- KEYS  1 co:{drop}:stock (hash)
-- ARGV  1 version (rising integer)  2 picture (JSON)  3 lifetime in ms
-- Returns 'written' or 'stale'. Repeating it changes nothing but the lifetime. O(1).
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '-1')
if version > tonumber(ARGV[1]) then
  return 'stale'
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'json', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'written'
