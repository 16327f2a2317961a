-- Redis time in microseconds: the only clock a decision may use (Q1).
local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
