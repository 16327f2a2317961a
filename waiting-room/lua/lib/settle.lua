-- Brings drop clock and rate bucket up to `now` (Q4). The clock advances by at most 2 s a step and not at all
-- before opening or while the line stands still (paused, sold out), so neither an outage nor a pause expires a turn or
-- saves up budget.
-- Between a policy write and the next step nobody knows here when the rate changed: the lower of the old and the
-- new rate counts for that step, which keeps promise 1 without the writer settling anything (ADR 0005).
local CLOCK_STEP_MAX_US = 2000000

local function burst_of(control)
  if control.rate_per_minute <= 0 then
    return 0
  end
  return math.max(1, control.rate_per_minute / 60 * control.burst_seconds)
end

local function settle(control, now, phase)
  local moving = phase == 'open' or phase == 'draining' or phase == 'pass_through' or phase == 'healing'
  local step = math.max(0, math.min(now - control.clock_seen_us, CLOCK_STEP_MAX_US))
  local rate = moving and control.rate_per_minute or 0
  local accruing = math.min(rate, control.accrual_rate)
  -- Q27: entries go on while shoppers return, windows do not run.
  if moving and phase ~= 'healing' then
    control.clock_us = control.clock_us + step
  end
  control.bucket = math.min(burst_of(control), control.bucket + accruing / 60000000 * step)
  control.accrual_rate = rate
  control.clock_seen_us = math.max(now, control.clock_seen_us)
end

local function save_settled(control, control_key)
  redis.call('HSET', control_key, 'clock_us', control.clock_us, 'clock_seen_us', control.clock_seen_us,
    'bucket', control.bucket, 'accrual_rate', control.accrual_rate, 'seq', control.seq + 1)
end
