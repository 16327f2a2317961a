-- Sessions of before a loss that only the checkout knows of (Q28, ADR 0157). They stand beside the room's own for as long as a
-- forgotten token or hold may live.
local function may_be_forgotten(control, now)
  return now < control.heal_until_us + control.token_us + control.hold_us
end

local function forgotten_of(control, now)
  return may_be_forgotten(control, now) and control.cap_forgotten or 0
end

-- After a report: what the checkout counts beyond the room's own sessions. It never shrinks because the room grants others, and
-- never exceeds what the checkout counts in all.
local function forgotten_by(control, now, inside, sessions)
  if not may_be_forgotten(control, now) then
    return 0
  end
  return math.min(inside, math.max(control.cap_forgotten, inside - sessions))
end
