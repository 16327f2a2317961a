-- Planned entries: a minute's rate at an instant, and how many a stretch of time brings. A ramp goes in a straight line
-- from `ramp_from_per_minute` to the rate. Tick times do not matter: what is summed up is the integral.
local function rate_at(control, at)
  local starts, ends = control.ramp_starts_us, control.ramp_ends_us
  if ends <= starts or at >= ends then
    return control.rate_per_minute
  end
  local gone = math.max(0, at - starts) / (ends - starts)
  return control.ramp_from_per_minute + (control.rate_per_minute - control.ramp_from_per_minute) * gone
end

local function entries_between(control, from, to)
  local sum, at = 0, from
  for _, edge in ipairs({ control.ramp_starts_us, control.ramp_ends_us, to }) do
    local till = math.min(math.max(edge, at), to)
    sum = sum + (rate_at(control, at) + rate_at(control, till)) / 2 * (till - at)
    at = till
  end
  return sum / 60000000
end

-- What an idle bucket may save up; at least one, or a slow rate would never let anybody in.
local function burst_of(control, at)
  local rate = rate_at(control, at)
  return rate <= 0 and 0 or math.max(1, rate / 60 * control.burst_seconds)
end
