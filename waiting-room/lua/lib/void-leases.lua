-- Queue-all lets nobody pass by any other way than the line: what is on lease and was not spent, as far as is known here, is
-- revoked, at most 500 a call. Verifiers hear of it within 5 s.
local VOIDS_MAX = 500
local VOID_TOKEN_MAX_US = 3605000000

local function void_leases(now, keys)
  for _, number in ipairs(redis.call('ZRANGE', keys.leases, 0, VOIDS_MAX - 1)) do
    redis.call('ZREM', keys.leases, number)
    redis.call('ZREM', keys.sessions, number)
    redis.call('HDEL', keys.grants, number)
    redis.call('ZADD', keys.revoked, 'NX', string.format('%.0f', now + VOID_TOKEN_MAX_US), number)
    redis.call('PEXPIRE', keys.revoked, math.ceil(VOID_TOKEN_MAX_US / 1000))
    spend(keys.spent, keys.reasons, number, now, 'revoked')
    write_log(keys.log, 'end', now, 'n', number, 'r', 'revoked')
  end
end
