-- Puts an instance's copy of the control hash beside what Redis still has (Q25): state by the greater value, policy by
-- the newer version, and nothing that a loss has to begin anew.
local STATE = {}
for _, field in ipairs({ 'opened_us', 'revealed_us', 'roster_us', 'frontier', 'aged_frontier', 'fair_frontier', 'last_order',
  'clock_us', 'clock_seen_us', 'called_recently', 'shown_recently', 'show_seen_us', 'joined_total', 'entered_total', 'left_total',
  'missed_total', 'bought_total', 'line_generation', 'gate_generation', 'seq' }) do
  STATE[field] = true
end
-- The epoch is a fresh name, the bucket starts empty, and the checkout tells again what it can carry.
local NEVER = {}
for _, field in ipairs({ 'epoch', 'run_id', 'bucket', 'accrual_rate', 'accrual_version', 'address_minute', 'callable_until',
  'heal_run', 'heal_from_us', 'heal_until_us', 'heal_seq', 'heal_map', 'cap_seq', 'cap_at_us', 'cap_sellable', 'cap_held',
  'cap_inside', 'cap_forgotten', 'cap_with_hold', 'cap_vitals', 'sold_out', 'line_share', 'line_generation_reason', 'gate_share', 'gate_generation_reason',
  'lease_credit', 'lease_until_us' }) do
  NEVER[field] = true
end

local function merge_copy(control_key, control, copy)
  local newer_policy = tonumber(copy.policy_version or 0) > control.policy_version
  for field, value in pairs(copy) do
    local take
    if NEVER[field] then
      take = false
    elseif STATE[field] then
      take = tonumber(value) > tonumber(redis.call('HGET', control_key, field) or 0)
    elseif field == 'roster_root' then
      take = redis.call('HEXISTS', control_key, field) == 0
    else
      take = newer_policy
    end
    if take then
      redis.call('HSET', control_key, field, value)
    end
  end
end
