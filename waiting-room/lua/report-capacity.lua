-- Takes the checkout's report of what it can carry (Q30). A report older than the last one changes nothing.
-- KEYS  control sessions grants
-- ARGV  deadline µs, policy version seen, seq, sellable, held, inside, inside without a hold, how the checkout is doing
--       (JSON, for operators' eyes only), then public numbers whose checkout session has been opened (≤ 500): their place is
--       bound to its secret for good (Q32)
-- Reply 'ok', now | 'stale', now | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(opened)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/forgotten.lua
local CONTROL, SESSIONS, GRANTS = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
local seq, sellable, held, inside, without_hold, vitals = unpack(ARGV, 3, 8)
if tonumber(seq) <= control.cap_seq then
  return { 'stale', now }
end
local sold_out = control.stock_bound == 'on' and tonumber(sellable) == 0 and tonumber(held) == 0
redis.call('HSET', CONTROL, 'cap_seq', seq, 'cap_at_us', now, 'cap_sellable', sellable, 'cap_held', held,
  'cap_inside', inside, 'cap_forgotten', forgotten_by(control, now, tonumber(inside), redis.call('ZCARD', SESSIONS)),
  'cap_with_hold', math.max(0, tonumber(inside) - tonumber(without_hold)),
  'sold_out', sold_out and 1 or 0,
  'cap_vitals', vitals)
for i = 9, #ARGV do
  local record = redis.call('HGET', GRANTS, ARGV[i])
  if record and string.sub(record, -2) == ':0' then
    redis.call('HSET', GRANTS, ARGV[i], string.sub(record, 1, -2) .. '1')
  end
end
return { 'ok', now }
