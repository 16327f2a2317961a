-- Up to 500 lobby tickets from a drawn order on, for the roster (Q10). Reads only.
-- KEYS  waiting classes
-- ARGV  drawn order to begin at (that order included: two tickets may share one)
-- Reply per ticket: public number, order, class "band:chances" ('' for everyone's)
-- Cost  O(log N + 500)
local WAITING, CLASSES = unpack(KEYS)
-- Drawn orders are below 4 × 2^48; arrivals never get there.
local lobby = redis.call('ZRANGE', WAITING, ARGV[1], '(1125899906842624', 'BYSCORE', 'LIMIT', 0, 500, 'WITHSCORES')
local reply = {}
if #lobby == 0 then
  return reply
end
local numbers = {}
for i = 1, #lobby, 2 do
  numbers[#numbers + 1] = lobby[i]
end
local classes = redis.call('HMGET', CLASSES, unpack(numbers))
for i = 1, #numbers do
  reply[#reply + 1] = numbers[i]
  reply[#reply + 1] = lobby[2 * i]
  reply[#reply + 1] = classes[i] or ''
end
return reply
