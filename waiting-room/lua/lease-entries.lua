-- Leases entries to a gate, which spends them when the room can no longer be asked (ADR 0110). What is leased is granted here and
-- now: from the rate's bucket, maxSessions and the stock bound, and it stays so whether the gate spends it or not.
-- KEYS  control present sessions spent reasons grants calls waiting leases gates log
-- ARGV  deadline µs, policy version seen, gate, how many held numbers, spent, given back; those numbers in this order; then per
--       wanted entry: public number, bind. At most 500 numbers in all.
-- Reply 'ok', now, phase, how many the gate may hold, held numbers no longer good, then for each renewed or leased entry:
--       public number, grant "iat:exp:bind:opened" | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N) a number. Repeating it leases nothing twice: a number that was leased is answered as it stands.
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/rate.lua lib/settle.lua
-- include lib/spend.lua lib/steps.lua lib/forgotten.lua lib/grant.lua lib/lease-bounds.lua
local CONTROL, PRESENT, SESSIONS, SPENT, REASONS, GRANTS, CALLS, WAITING, LEASES, GATES, LOG = unpack(KEYS)
local keys = { control = CONTROL, waiting = WAITING, present = PRESENT, sessions = SESSIONS, grants = GRANTS, calls = CALLS }

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
local gate, held_count, spent_count, back_count = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local held_end = 6 + held_count
local spent_end = held_end + spent_count
local back_end = spent_end + back_count

local phase = phase_of(control, now)
if control.opened_us > 0 then
  settle(control, now, phase)
end

-- What a gate has spent is a session like any other, what it gives back was none.
for i = held_end + 1, spent_end do
  redis.call('ZREM', LEASES, ARGV[i])
end
for i = spent_end + 1, back_end do
  if redis.call('ZREM', LEASES, ARGV[i]) == 1 and redis.call('ZREM', SESSIONS, ARGV[i]) == 1 then
    redis.call('HDEL', GRANTS, ARGV[i])
    spend(SPENT, REASONS, ARGV[i], now, 'released')
    write_log(LOG, 'end', now, 'n', ARGV[i], 'r', 'unused')
  end
end
redis.call('ZREMRANGEBYSCORE', LEASES, '-inf', now)
local gates = count_gates(GATES, gate, now)

local iat = math.floor(now / 1000000)
local exp = iat + math.floor(control.token_us / 1000000)
local lease_ends, session_ends = string.format('%.0f', exp * 1000000), string.format('%.0f', exp * 1000000 + control.hold_us)
local entries, unknown = {}, {}
local function put(number, bind)
  local record = string.format('%.0f:%.0f:%s:0', iat, exp, bind)
  redis.call('ZADD', LEASES, lease_ends, number)
  redis.call('ZADD', SESSIONS, session_ends, number)
  redis.call('HSET', GRANTS, number, record)
  entries[#entries + 1], entries[#entries + 2] = number, record
end

for i = 7, held_end do
  local record = redis.call('ZSCORE', SESSIONS, ARGV[i]) and redis.call('HGET', GRANTS, ARGV[i])
  local renewable = record and tonumber(string.match(record, '^%d+:(%d+):'))
  if not renewable then
    unknown[#unknown + 1] = ARGV[i]
  else
    -- After a loss the session may be back (Q28) and the lease not.
    redis.call('ZADD', LEASES, 'NX', string.format('%.0f', renewable * 1000000), ARGV[i])
    -- Half of its time gone: the same entry for another stretch, or a shopper would get one that is about to end.
    if phase == 'open' and renewable - iat < control.token_us / 2000000 then
      put(ARGV[i], string.match(record, '^%d+:%d+:([^:]*):'))
    end
  end
end

local outstanding = redis.call('ZCARD', LEASES)
local sessions = inside(control, now, keys)
-- What stands still comes back: a gate keeps what it has, and spends nothing meanwhile.
local stays = phase == 'open' or phase == 'paused' or phase == 'healing'
local pool = stays and lease_pool(control, sessions - outstanding, now) or 0
-- Where there are fewer than gates, some have none.
local quota = math.min(LEASES_OF_GATE_MAX, math.max(math.min(1, pool), math.floor(pool / gates)))
local first = back_end + 1
local wanted = (#ARGV - back_end) / 2
if wanted > 0 and (redis.call('HEXISTS', GRANTS, ARGV[first]) == 1 or redis.call('ZSCORE', SPENT, ARGV[first])) then
  -- The answer was lost on its way: these were leased before.
  for i = first, #ARGV, 2 do
    local record = redis.call('ZSCORE', LEASES, ARGV[i]) and redis.call('HGET', GRANTS, ARGV[i])
    if record then
      entries[#entries + 1], entries[#entries + 2] = ARGV[i], record
    end
  end
elseif wanted > 0 and phase == 'open' then
  local lacking = math.max(0, math.min(wanted, pool - outstanding, quota - held_count))
  -- Who asks first leaves as much to the others, and who has more than the others lets them go first.
  local share = math.ceil(lease_budget(control, redis.call('ZCARD', PRESENT)) / gates)
  share = held_count * gates <= outstanding and share or 0
  local count = math.min(lacking, share)
  if control.max_sessions > 0 then
    count = math.min(count, control.max_sessions - sessions)
  end
  count = math.max(0, math.min(count, (stock_room(control, sessions, now))))
  for i = first, first + 2 * count - 1, 2 do
    put(ARGV[i], ARGV[i + 1])
    write_log(LOG, 'lease', now, 'n', ARGV[i], 'exp', lease_ends, 'g', gate)
  end
  control.bucket = control.bucket - count
  control.lease_credit = math.max(0, control.lease_credit - count)
  if count < lacking and count == share then
    control.lease_until_us = now + LEASE_CREDIT_US
  elseif count < lacking or outstanding + count >= quota * gates then
    -- All have what they may, or it is not the rate that they wait for: the line has its whole rate again.
    control.lease_credit, control.lease_until_us = 0, now
  end
end
if control.opened_us > 0 then
  save_settled(control, CONTROL)
  redis.call('HSET', CONTROL, 'lease_until_us', string.format('%.0f', control.lease_until_us))
end
return { 'ok', now, phase, quota, unknown, unpack(entries) }
