-- Changes fields of a drop's policy while the ledger of the control plane does not answer, and notes in the drop's
-- journal who has done it, so that the ledger can be told afterwards. Both or neither.
-- KEYS  control journal
-- ARGV  policy version it was decided by, journal entry (JSON), then the policy: name, value, name, value …
-- Reply 'written', new version | 'no-such-drop' | 'changed', version here
-- Cost  O(fields)
local CONTROL, JOURNAL = unpack(KEYS)
local STEERED = {
  override = true, override_until_us = true, rate_per_minute = true, ramp_from_per_minute = true, ramp_starts_us = true,
  ramp_ends_us = true,
}

for i = 3, #ARGV, 2 do
  if not STEERED[ARGV[i]] then
    return redis.error_reply('ERR ' .. ARGV[i] .. ' is not steered without the ledger')
  end
end
local version = tonumber(redis.call('HGET', CONTROL, 'policy_version') or '')
if not version then
  return { 'no-such-drop' }
end
if version ~= tonumber(ARGV[1]) then
  return { 'changed', version }
end
for i = 3, #ARGV, 2 do
  redis.call('HSET', CONTROL, ARGV[i], ARGV[i + 1])
end
redis.call('HSET', CONTROL, 'policy_version', version + 1)
redis.call('RPUSH', JOURNAL, ARGV[2])
return { 'written', version + 1 }
