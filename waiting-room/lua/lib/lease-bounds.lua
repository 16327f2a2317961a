-- How much may be out on lease (ADR 0110): one minute's worth of the rate, and never more than a share of what sessions and
-- stock leave to the line. Needs lib/rate.lua and lib/grant.lua before it.
local LEASES_OF_GATE_MAX = 500
-- Leases stand idle as long as the room lives: what they keep from the line is a fifth.
local LEASE_SHARE_OF_ROOM = 0.2
-- A gate asks every 10 s: so long its wish for more keeps a part of the bucket for it.
local LEASE_CREDIT_US = 15000000
-- A gate that has not asked for three rounds has no part of the pool.
local GATE_SILENT_US = 30000000

local function count_gates(gates_key, gate, now)
  redis.call('ZADD', gates_key, now, gate)
  redis.call('ZREMRANGEBYSCORE', gates_key, '-inf', now - GATE_SILENT_US)
  redis.call('PEXPIRE', gates_key, math.ceil(GATE_SILENT_US / 1000))
  return redis.call('ZCARD', gates_key)
end

-- `shopping`: sessions that are not on lease.
local function lease_pool(control, shopping, now)
  local pool = math.max(1, math.floor(rate_at(control, now)))
  if rate_at(control, now) <= 0 then
    pool = 0
  end
  if control.max_sessions > 0 then
    pool = math.min(pool, math.floor((control.max_sessions - shopping) * LEASE_SHARE_OF_ROOM))
  end
  local stock, reason = stock_room(control, shopping, now)
  -- A checkout that is silent for a moment takes nothing back; it only gets no new ones.
  if stock ~= math.huge and reason ~= 'capacity-silent' then
    pool = math.min(pool, math.floor(stock * LEASE_SHARE_OF_ROOM))
  end
  return math.max(0, pool)
end

-- What the bucket has for gates: all of it when nobody waits for budget, else what was kept for them.
local function lease_budget(control, present)
  local bucket = math.floor(control.bucket)
  if present == 0 then
    return math.max(0, bucket)
  end
  return math.max(0, math.min(bucket, math.floor(control.lease_credit)))
end
