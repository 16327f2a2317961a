-- Brings drop clock and rate bucket up to `now` (Q4). The clock advances by at most 2 s a step and not at all
-- before opening or while the line stands still (paused, sold out), so neither an outage nor a pause expires a turn or
-- saves up budget.
-- Between a policy write and the next step nobody knows here when the rate changed: the lower of the old and the
-- new rate counts for that step, which keeps promise 1 without the writer settling anything (ADR 0005).
local CLOCK_STEP_MAX_US = 2000000
-- A server whose clock is behind the last one's waits for it, so that no window of Redis time is granted twice; one that
-- is further behind than clocks ever drift apart would wait for ever.
local CLOCK_BACK_MAX_US = 60000000
-- Of what the rate brings, while a gate lacks leases (ADR 0110): the line goes on at four fifths for some minutes, once.
local LEASE_SHARE = 0.2

local function settle(control, now, phase)
  local moving = phase == 'open' or phase == 'draining' or phase == 'pass_through' or phase == 'healing'
  if control.clock_seen_us - now > CLOCK_BACK_MAX_US then
    control.clock_seen_us = now
  end
  local step = math.max(0, math.min(now - control.clock_seen_us, CLOCK_STEP_MAX_US))
  -- Time that went by before the line moved brings no budget.
  if moving and control.accrual_version > 0 then
    local accrued = entries_between(control, now - step, now)
    if control.accrual_version ~= control.policy_version then
      accrued = math.min(accrued, control.accrual_rate / 60000000 * step)
    end
    control.bucket = control.bucket + accrued
    control.lease_credit = now < control.lease_until_us and control.lease_credit + accrued * LEASE_SHARE or 0
  end
  -- Q27: entries go on while shoppers return, windows do not run.
  if moving and phase ~= 'healing' then
    control.clock_us = control.clock_us + step
  end
  control.bucket = math.min(burst_of(control, now), control.bucket)
  -- A claim on the bucket, never beside it: promise 1 knows one bucket. The claim outlives what the line takes of it, or a rate that
  -- brings one entry a tick would never leave gates a whole one.
  control.lease_credit = math.max(0, math.min(control.lease_credit, burst_of(control, now)))
  control.accrual_version = moving and control.policy_version or 0
  control.accrual_rate = rate_at(control, now)
  control.clock_seen_us = math.max(now, control.clock_seen_us)
end

local function save_settled(control, control_key)
  redis.call('HSET', control_key, 'clock_us', control.clock_us, 'clock_seen_us', control.clock_seen_us,
    'bucket', control.bucket, 'accrual_rate', control.accrual_rate, 'accrual_version', control.accrual_version,
    'fair_frontier', control.fair_frontier, 'lease_credit', control.lease_credit, 'seq', control.seq + 1)
end
