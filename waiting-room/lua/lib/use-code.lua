-- Uses of access codes (ADR 0112), one hash of a drop: "<batch>" → uses of all its codes, "<batch>.<number>" → uses of one,
-- public number of a ticket → the code it used, '' once that use has gone on to another ticket of the same shopper. Of codes
-- that are told one by one, "<batch>#<n>" → "public number:µs" of the n-th use, too.

-- Whether a ticket before has used this code, and the shopper goes on with its use.
local function is_carried(uses_key, code, carried)
  return carried ~= '' and redis.call('HGET', uses_key, carried) == code
end

local function use_code(uses_key, code, number, carried, is_told, now)
  local before = carried ~= '' and redis.call('HGET', uses_key, carried)
  redis.call('HSET', uses_key, number, code)
  -- What is not known of a ticket before may be put back after this one, and is this use.
  if carried ~= '' and (before == code or not before) then
    redis.call('HSET', uses_key, carried, '')
  end
  if before == code then
    return
  end
  redis.call('HINCRBY', uses_key, code, 1)
  local batch = string.match(code, '^%d+')
  local count = redis.call('HINCRBY', uses_key, batch, 1)
  if is_told then
    redis.call('HSET', uses_key, batch .. '#' .. count, number .. ':' .. string.format('%.0f', now))
  end
end
