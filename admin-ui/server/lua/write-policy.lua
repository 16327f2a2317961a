-- Writes the policy of a drop, and the seed of its draw, unless Redis has a newer one (Q1). Never touches state: what
-- the room's commands decided stays theirs. Repeating it changes nothing.
-- KEYS  control seed
-- ARGV  policy version, seed (64 hex digits, '' for a drop without a draw), then the policy: name, value, name, value …
-- Reply 'written' | 'same' | 'newer', version here | 'opened', opens_us here | 'lobby-open', lobby_opens_us here, lobby here
-- Cost  O(fields)
local CONTROL, SEED = unpack(KEYS)
local POLICY = {
  lobby_opens_us = true, opens_us = true, closes_us = true, rate_per_minute = true, burst_seconds = true,
  max_sessions = true, max_waiting = true, call_window_us = true, grace_us = true, token_us = true, hold_us = true,
  return_spread_us = true, overbook = true, mode = true, lobby = true, stock_bound = true, override = true,
  commit = true, ramp_from_per_minute = true, ramp_starts_us = true, ramp_ends_us = true,
  override_until_us = true, ignore_capacity_until_us = true, rejoin_after_purchase = true, extensions_max = true,
  codes = true,
}

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local version, seed = tonumber(ARGV[1]), ARGV[2]
local policy = {}
for i = 3, #ARGV, 2 do
  if not POLICY[ARGV[i]] then
    return redis.error_reply('ERR ' .. ARGV[i] .. ' is not policy')
  end
  policy[ARGV[i]] = ARGV[i + 1]
end

local here = redis.call('HMGET', CONTROL, 'policy_version', 'opens_us', 'lobby_opens_us', 'opened_us', 'lobby', 'commit')
local here_version = tonumber(here[1])
if here_version and here_version > version then
  return { 'newer', here_version }
end
if here_version then
  -- Q9: what has opened, or was due to, stays open; a lobby that people stand in stays the lobby they joined.
  local has_opened = (tonumber(here[4]) or 0) > 0 or tonumber(here[2]) <= now
  if has_opened and policy.opens_us ~= here[2] then
    return { 'opened', here[2] }
  end
  local has_lobby = tonumber(here[3]) <= now
  if has_lobby and (policy.lobby ~= here[5] or policy.commit ~= here[6] or tonumber(policy.lobby_opens_us) > now) then
    return { 'lobby-open', here[3], here[5] }
  end
end

local changed = here_version ~= version
for name, value in pairs(policy) do
  if redis.call('HGET', CONTROL, name) ~= value then
    changed = true
    redis.call('HSET', CONTROL, name, value)
  end
end
redis.call('HSET', CONTROL, 'policy_version', ARGV[1])
if (redis.call('GET', SEED) or '') ~= seed then
  changed = true
  if seed == '' then
    redis.call('DEL', SEED)
  else
    redis.call('SET', SEED, seed)
  end
end
return { changed and 'written' or 'same' }
