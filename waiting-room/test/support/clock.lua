-- Stands in for lua/lib/clock.lua: the time a test has set, in µs.
local function now_us()
  return tonumber(redis.call('GET', 'test:clock'))
end
