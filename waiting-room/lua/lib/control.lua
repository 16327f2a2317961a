-- Policy and state of a drop, read once per command. Numbers come as numbers, a missing one as 0;
-- text comes as text, missing as ''. `known` is false when the drop has no policy here.
local NUMBERS = {
  'policy_version', 'lobby_opens_us', 'opens_us', 'closes_us', 'rate_per_minute', 'burst_seconds', 'max_sessions',
  'max_waiting', 'call_window_us', 'grace_us', 'token_us', 'hold_us', 'overbook', 'ramp_from_per_minute',
  'ramp_starts_us', 'ramp_ends_us', 'override_until_us', 'extensions_max', 'ignore_capacity_until_us',
  'opened_us', 'revealed_us', 'frontier', 'aged_frontier', 'fair_frontier', 'last_order', 'bucket', 'accrual_rate',
  'accrual_version', 'clock_us', 'clock_seen_us', 'called_recently', 'shown_recently', 'show_seen_us', 'address_minute',
  'cap_seq', 'cap_at_us', 'cap_sellable', 'cap_with_hold', 'sold_out', 'roster_us', 'seq',
  'return_spread_us', 'cap_forgotten', 'heal_from_us', 'heal_until_us', 'heal_seq', 'line_generation', 'line_share',
  'gate_generation', 'gate_share', 'lease_credit', 'lease_until_us',
}
local TEXTS = { 'mode', 'lobby', 'stock_bound', 'override', 'commit', 'epoch', 'roster_root', 'run_id', 'heal_run' }

-- What a command names, where it is called too often to read everything.
local function read_fields(key, numbers, texts)
  local control = {}
  local values = redis.call('HMGET', key, unpack(numbers))
  control.known = values[1] ~= false
  for i = 1, #numbers do
    control[numbers[i]] = tonumber(values[i]) or 0
  end
  values = redis.call('HMGET', key, unpack(texts))
  for i = 1, #texts do
    control[texts[i]] = values[i] or ''
  end
  return control
end

local function read_control(key)
  return read_fields(key, NUMBERS, TEXTS)
end
